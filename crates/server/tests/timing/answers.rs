//! Time that would tell who has an account, or what was ever a link.
//!
//! Two kinds of request go over one connection in random order, and a rank test compares their times. Noise cannot fail
//! such a test: three runs in a row would have to find by chance what one in a hundred finds. A difference of a
//! millisecond cannot pass: as many requests are made as the noise of the moment calls for, and the tests named
//! `the_instrument_…` see it shown.

use crate::app::App;
use crate::line::{Line, post};
use crate::on_both;
use crate::rank::{DIFFERENT, Dice, enough, p_value};
use crate::world::*;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Requests of each kind at the least, and where noise is given up on.
const LEAST: usize = 300;
const MOST: usize = 2000;
/// What must not go unseen, in milliseconds.
const SHIFT: f64 = 1.0;
/// Runs that must all find a difference before it counts.
const RUNS: usize = 3;

/// Measurements are not made beside each other.
static ALONE: Mutex<()> = Mutex::new(());

/// Two kinds of request.
struct Trial {
    kinds: [Vec<Vec<u8>>; 2],
    /// How much later those of the second kind are sent than they claim.
    late: Duration,
    /// How far the medians must be apart to count, in milliseconds.
    tolerance: f64,
}

impl Trial {
    fn of(kinds: [Vec<Vec<u8>>; 2]) -> Self {
        Self { kinds, late: Duration::ZERO, tolerance: 0.0 }
    }

    /// Requests in this order: milliseconds by their own kind, and by the kind of the request before.
    fn run(&self, line: &mut Line, order: &[usize]) -> [[Vec<f64>; 2]; 2] {
        let mut times = <[[Vec<f64>; 2]; 2]>::default();
        let mut before = None;
        for (turn, kind) in order.iter().enumerate() {
            let requests = &self.kinds[*kind];
            let took = timed(line, &requests[turn % requests.len()], if *kind == 1 { self.late } else { Duration::ZERO });
            times[0][*kind].push(took);
            if let Some(before) = before.replace(*kind) {
                times[1][before].push(took);
            }
        }
        times
    }

    /// What tells the kinds apart: their own times, or those of the requests after them. `None` where nothing does.
    fn tells_apart(&self, base: &str) -> Option<String> {
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let mut line = Line::open(base);
        let mut evidence = String::new();
        for _ in 0..RUNS {
            let mut dice = Dice::throw();
            let seed = dice.0;
            let pilot = self.run(&mut line, &dice.order(2, 40));
            let each = enough(&pilot[0][0], SHIFT).clamp(LEAST, MOST);
            let [own, after] = self.run(&mut line, &dice.order(2, each));
            let differs = |[a, b]: &[Vec<f64>; 2]| p_value(a, b) < DIFFERENT && (median(a) - median(b)).abs() >= self.tolerance;
            if !differs(&own) && !differs(&after) {
                return None;
            }
            for (times, whose) in [(&own, "of their own"), (&after, "of the next")] {
                let (p, medians) = (p_value(&times[0], &times[1]), [median(&times[0]), median(&times[1])]);
                evidence += &format!("seed {seed}, {each} each, times {whose}: medians {medians:.3?} ms, p {p:.2e}\n");
            }
        }
        Some(evidence)
    }
}

fn timed(line: &mut Line, request: &[u8], late: Duration) -> f64 {
    let start = Instant::now();
    while start.elapsed() < late {
        std::hint::spin_loop();
    }
    line.exchange(request);
    start.elapsed().as_secs_f64() * 1000.0
}

fn median(times: &[f64]) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Twenty known and twenty unknown addresses, of one length, asked for a link.
async fn forgot(app: &App) -> Trial {
    for n in 10..30 {
        app.add_user("Jo", &format!("known{n}@example.com")).await;
    }
    let ask = |who: &str| (10..30).map(|n| post("/api/password-resets", &json!({"email": format!("{who}{n}@example.com")}))).collect();
    Trial::of([ask("known"), ask("other")])
}

fn measure(app: &App, trial: &Trial) -> Option<String> {
    tokio::task::block_in_place(|| trial.tells_apart(&app.base))
}

on_both! {
    async fn enu_04_the_time_of_an_answer_tells_nobody_who_has_an_account(app) with ["--limit-forgot-per-ip", "off", "--limit-mail", "off", "--limit-mail-per-recipient", "off", "--resend-cooldown", "0s"] {
        let trial = forgot(&app).await;
        assert_eq!(measure(&app, &trial), None);
    }

    async fn the_instrument_of_enu_04_sees_a_millisecond(app) with ["--limit-forgot-per-ip", "off", "--limit-mail", "off", "--limit-mail-per-recipient", "off", "--resend-cooldown", "0s"] {
        let trial = Trial { late: Duration::from_millis(1), ..forgot(&app).await };
        // Noise may hide it from one measurement, not from the next ones too.
        assert!((0..4).any(|_| measure(&app, &trial).is_some()), "a difference of a millisecond went unseen");
    }

    async fn enu_04_nor_does_the_time_of_the_next_answer_while_the_mail_is_on_its_way(app) with ["--limit-forgot-per-ip", "off", "--limit-mail", "off", "--limit-mail-per-recipient", "off", "--resend-cooldown", "0s"] {
        let Trial { kinds, .. } = forgot(&app).await;
        let probe = post("/api/password-resets", &json!({"email": "probe@example.com"}));
        let run = || {
            let mut line = Line::open(&app.base);
            let mut dice = Dice::throw();
            let seed = dice.0;
            let mut times = <[Vec<f64>; 2]>::default();
            for (turn, kind) in dice.order(2, 60).into_iter().enumerate() {
                line.exchange(&kinds[kind][turn % kinds[kind].len()]);
                times[kind].push(timed(&mut line, &probe, Duration::ZERO));
                tokio::runtime::Handle::current().block_on(app.settled());
            }
            let p = p_value(&times[0], &times[1]);
            (p < DIFFERENT).then(|| format!("seed {seed}: medians {:.3?} ms, p {p:.2e}\n", times.each_ref().map(|times| median(times))))
        };
        let evidence = tokio::task::block_in_place(|| {
            let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
            (0..RUNS).map(|_| run()).collect::<Option<String>>()
        });
        assert_eq!(evidence, None);
    }

    async fn enu_04_the_worker_begins_at_a_moment_that_nobody_foresees(app) with ["--limit-forgot-per-ip", "off", "--resend-cooldown", "0s"] {
        let ask = post("/api/password-resets", &json!({"email": "nobody@example.com"}));
        let mut waits = Vec::new();
        for _ in 0..40 {
            tokio::task::block_in_place(|| Line::open(&app.base).exchange(&ask));
            let answered = Instant::now();
            app.settled().await;
            waits.push(answered.elapsed().as_secs_f64() * 1000.0);
        }
        // Up to 150 ms, each as likely as another: half of them within 20 would be chance once in a million runs. A machine
        // that is busy makes them longer.
        assert!(median(&waits) > 20.0, "{waits:.0?}");
    }

    async fn tok_10_what_was_never_a_link_is_answered_in_the_same_time(app) {
        let gone = app.token_of_nobody().await;
        let inspect = |tokens: &[&str]| tokens.iter().map(|token| post("/api/password-resets/inspect", &json!({"token": token}))).collect::<Vec<_>>();
        let never = inspect(&["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm8"]);
        for other in [inspect(&[&gone]), inspect(&["=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9"])] {
            // A token's own text may take some microseconds more or less to read.
            let trial = Trial { tolerance: 0.1, ..Trial::of([never.clone(), other]) };
            assert_eq!(measure(&app, &trial), None);
        }
    }

    async fn enu_05_a_login_takes_as_long_whoever_has_an_account(app) with ["--limit-login-per-ip", "off"] {
        let names = ["known", "other", "ended", "empty"];
        for n in 0..6 {
            app.add_user("Jo", &format!("known{n}@example.com")).await;
            app.add_disabled_user("Di", &format!("ended{n}@example.com")).await;
            app.add_user_without_password("Em", &format!("empty{n}@example.com")).await;
        }
        let run = |from: usize| {
            let mut line = Line::open(&app.base);
            let mut dice = Dice::throw();
            let seed = dice.0;
            let mut times = <[Vec<f64>; 4]>::default();
            for turn in 0..40 {
                // The waits of failures in a row are over each time.
                app.advance(900);
                for kind in dice.order(4, 1) {
                    let email = format!("{}{}@example.com", names[kind], from + turn % 2);
                    let request = post("/api/session", &json!({"email": email, "password": "not the password"}));
                    let start = Instant::now();
                    assert!(line.exchange(&request).starts_with(b"HTTP/1.1 401"));
                    times[kind].push(start.elapsed().as_secs_f64() * 1000.0);
                }
            }
            let p: Vec<f64> = times[1..].iter().map(|other| p_value(&times[0], other)).collect();
            p.iter().any(|p| *p < DIFFERENT).then(|| format!("seed {seed}: medians {:.3?} ms, p {p:?}\n", times.each_ref().map(|times| median(times))))
        };
        let evidence = tokio::task::block_in_place(|| {
            let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
            (0..RUNS).map(|round| run(round * 2)).collect::<Option<String>>()
        });
        assert_eq!(evidence, None);
    }
}
