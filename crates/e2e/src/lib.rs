//! A real browser, the real server and a real SMTP server, driven by accessible names.
