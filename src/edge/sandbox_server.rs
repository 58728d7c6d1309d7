//! Puts the sandbox's router on a loopback socket, with the faults that are done at the socket.
