//! Timing side channels: response times must not reveal who has an account or which tokens were ever valid.
//!
//! Two kinds of request are sent over one connection in random order, and a rank test compares their times. Noise does not fail such a test: three
//! consecutive runs would each have to find a difference that occurs by chance once in a hundred. A difference of a millisecond does: the sample size
//! follows the noise, and `the_measurement_of_enu_04_detects_a_millisecond` proves it.

use crate::mann_whitney::{SIGNIFICANCE, p_value, sample_size};
use crate::support::*;
use fastrand::Rng;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Minimum and maximum number of requests of each kind.
const MIN_REQUESTS: usize = 300;
const MAX_REQUESTS: usize = 2000;
/// The difference that must be detected, in milliseconds.
const SHIFT: f64 = 1.0;
/// Number of runs that must all find a difference.
const RUNS: usize = 3;

/// Only one test measures at a time.
static MEASURING: Mutex<()> = Mutex::new(());

/// Two kinds of request.
struct Trial {
    kinds: [Vec<Vec<u8>>; 2],
    /// An artificial delay of the second kind.
    delay: Duration,
    /// Difference of medians that is tolerated, in milliseconds.
    tolerance: f64,
}

impl Trial {
    fn of(kinds: [Vec<Vec<u8>>; 2]) -> Self {
        Self { kinds, delay: Duration::ZERO, tolerance: 0.0 }
    }

    /// Sends requests in this order. Returns milliseconds by the kind of the request, and by the kind of the previous one.
    fn run(&self, connection: &mut Connection, order: &[usize]) -> [[Vec<f64>; 2]; 2] {
        let mut times = <[[Vec<f64>; 2]; 2]>::default();
        let mut before = None;
        for (turn, kind) in order.iter().enumerate() {
            let requests = &self.kinds[*kind];
            let took = timed(connection, &requests[turn % requests.len()], if *kind == 1 { self.delay } else { Duration::ZERO });
            times[0][*kind].push(took);
            if let Some(before) = before.replace(*kind) {
                times[1][before].push(took);
            }
        }
        times
    }

    /// Returns the evidence that the kinds differ, in their own times or in those of the next request; `None` if they do not.
    fn difference(&self, base: &str, rng: &mut Rng) -> Option<String> {
        let _alone = MEASURING.lock().unwrap_or_else(PoisonError::into_inner);
        let mut connection = Connection::open(base);
        let mut evidence = String::new();
        for _ in 0..RUNS {
            let pilot = self.run(&mut connection, &shuffled(rng, 2, 40));
            let each = sample_size(&pilot[0][0], SHIFT).clamp(MIN_REQUESTS, MAX_REQUESTS);
            let [own, next] = self.run(&mut connection, &shuffled(rng, 2, each));
            let differs = |[a, b]: &[Vec<f64>; 2]| p_value(a, b) < SIGNIFICANCE && (median(a) - median(b)).abs() >= self.tolerance;
            if !differs(&own) && !differs(&next) {
                return None;
            }
            for (times, whose) in [(&own, "own"), (&next, "next")] {
                let (p, medians) = (p_value(&times[0], &times[1]), [median(&times[0]), median(&times[1])]);
                evidence += &format!("{each} requests each, {whose} times: medians {medians:.3?} ms, p {p:.2e}\n");
            }
        }
        Some(evidence)
    }
}

/// Returns `each` times every kind below `kinds`, in random order.
fn shuffled(rng: &mut Rng, kinds: usize, each: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..kinds * each).map(|at| at % kinds).collect();
    rng.shuffle(&mut order);
    order
}

fn timed(connection: &mut Connection, request: &[u8], delay: Duration) -> f64 {
    let start = Instant::now();
    while start.elapsed() < delay {
        std::hint::spin_loop();
    }
    connection.exchange(request);
    start.elapsed().as_secs_f64() * 1000.0
}

/// Returns the quantile of the times at `share`.
fn quantile(times: &[f64], share: f64) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    times[(times.len() as f64 * share) as usize]
}

fn median(times: &[f64]) -> f64 {
    quantile(times, 0.5)
}

/// "Forgot" requests for twenty known and twenty unknown addresses of one length.
async fn forgot(app: &TestApp) -> Trial {
    for n in 10..30 {
        app.add_user("Jo", &format!("known{n}@example.com")).await;
    }
    let ask = |who: &str| {
        let bodies = (10..30).map(|n| json!({"email": format!("{who}{n}@example.com")}));
        bodies.map(|body| raw_http::post("/api/password-resets", &body)).collect()
    };
    Trial::of([ask("known"), ask("other")])
}

fn measure(app: &TestApp, trial: &Trial) -> Option<String> {
    tokio::task::block_in_place(|| trial.difference(&app.base, &mut seeded_rng()))
}

on_both_databases! {
    async fn enu_04_the_response_time_does_not_reveal_who_has_an_account(app) with ["--limit-forgot-per-ip", "off", "--limit-mail", "off", "--limit-mail-per-recipient", "off", "--resend-cooldown", "0s"] {
        let trial = forgot(&app).await;
        assert_eq!(measure(&app, &trial), None);
    }

    async fn the_measurement_of_enu_04_detects_a_millisecond(app) with ["--limit-forgot-per-ip", "off", "--limit-mail", "off", "--limit-mail-per-recipient", "off", "--resend-cooldown", "0s"] {
        let trial = Trial { delay: Duration::from_millis(1), ..forgot(&app).await };
        // Noise may hide the difference from one measurement, but not from several.
        assert!((0..4).any(|_| measure(&app, &trial).is_some()), "a difference of a millisecond was not detected");
    }

    async fn enu_04_nor_does_the_time_of_the_next_response_while_the_mail_is_being_sent(app) with ["--limit-forgot-per-ip", "off", "--limit-mail", "off", "--limit-mail-per-recipient", "off", "--resend-cooldown", "0s"] {
        let Trial { kinds, .. } = forgot(&app).await;
        let probe = raw_http::post("/api/password-resets", &json!({"email": "probe@example.com"}));
        let mut rng = seeded_rng();
        let mut run = || {
            let mut connection = Connection::open(&app.base);
            let mut times = <[Vec<f64>; 2]>::default();
            for (turn, kind) in shuffled(&mut rng, 2, 60).into_iter().enumerate() {
                connection.exchange(&kinds[kind][turn % kinds[kind].len()]);
                times[kind].push(timed(&mut connection, &probe, Duration::ZERO));
                tokio::runtime::Handle::current().block_on(app.wait_for_empty_queue());
            }
            let p = p_value(&times[0], &times[1]);
            (p < SIGNIFICANCE).then(|| format!("medians {:.3?} ms, p {p:.2e}\n", times.each_ref().map(|times| median(times))))
        };
        let evidence = tokio::task::block_in_place(|| {
            let _alone = MEASURING.lock().unwrap_or_else(PoisonError::into_inner);
            (0..RUNS).map(|_| run()).collect::<Option<String>>()
        });
        assert_eq!(evidence, None);
    }

    async fn enu_04_the_worker_starts_after_a_random_pause(app) with ["--limit-forgot-per-ip", "off", "--resend-cooldown", "0s"] {
        let ask = raw_http::post("/api/password-resets", &json!({"email": "nobody@example.com"}));
        let mut waits = Vec::new();
        for _ in 0..40 {
            tokio::task::block_in_place(|| Connection::open(&app.base).exchange(&ask));
            let answered = Instant::now();
            app.wait_for_empty_queue().await;
            waits.push(answered.elapsed().as_secs_f64() * 1000.0);
        }
        // Uniform from 0 to 150 ms: the quartiles are 75 ms apart, ±12. Without a delay the median would be near 0; with a constant delay the
        // quartiles would be equal. A busy machine only makes the waits longer.
        let spread = quantile(&waits, 0.75) - quantile(&waits, 0.25);
        assert!(median(&waits) > 20.0 && spread > 25.0, "quartiles {spread:.0} ms apart: {waits:.0?}");
    }

    async fn tok_10_a_token_that_never_existed_is_answered_in_the_same_time(app) {
        let gone = app.token_of_deleted_user().await;
        let inspect = |tokens: &[&str]| tokens.iter().map(|token| raw_http::post("/api/password-resets/inspect", &json!({"token": token}))).collect::<Vec<_>>();
        let never = inspect(&["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm8"]);
        for other in [inspect(&[&gone]), inspect(&["=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9"])] {
            // Decoding the token itself may take some microseconds more or less.
            let trial = Trial { tolerance: 0.1, ..Trial::of([never.clone(), other]) };
            assert_eq!(measure(&app, &trial), None);
        }
    }

    async fn enu_05_a_login_takes_the_same_time_with_and_without_an_account(app) with ["--limit-login-per-ip", "off"] {
        let names = ["known", "other", "ended", "empty"];
        for n in 0..6 {
            app.add_user("Jo", &format!("known{n}@example.com")).await;
            app.add_disabled_user("Di", &format!("ended{n}@example.com")).await;
            app.add_user_without_password("Em", &format!("empty{n}@example.com")).await;
        }
        let mut rng = seeded_rng();
        let mut run = |from: usize| {
            let mut connection = Connection::open(&app.base);
            let mut times = <[Vec<f64>; 4]>::default();
            for turn in 0..40 {
                // Past the delays after failed attempts.
                app.advance(900);
                for kind in shuffled(&mut rng, 4, 1) {
                    let email = format!("{}{}@example.com", names[kind], from + turn % 2);
                    let request = raw_http::post("/api/session", &json!({"email": email, "password": "not the password"}));
                    let start = Instant::now();
                    assert!(connection.exchange(&request).starts_with(b"HTTP/1.1 401"));
                    times[kind].push(start.elapsed().as_secs_f64() * 1000.0);
                }
            }
            let p: Vec<f64> = times[1..].iter().map(|other| p_value(&times[0], other)).collect();
            p.iter().any(|p| *p < SIGNIFICANCE).then(|| format!("medians {:.3?} ms, p {p:?}\n", times.each_ref().map(|times| median(times))))
        };
        let evidence = tokio::task::block_in_place(|| {
            let _alone = MEASURING.lock().unwrap_or_else(PoisonError::into_inner);
            (0..RUNS).map(|round| run(round * 2)).collect::<Option<String>>()
        });
        assert_eq!(evidence, None);
    }
}
