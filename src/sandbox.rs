//! The sandbox plays Visma Connect and Dinero: an axum router over seeded state in memory, without a socket.
