//! The local stack against the real SDKs and over real sockets, in one process.
// Each module is marked as a test, so that its helpers may unwrap as the tests themselves do.

#[cfg(test)]
mod engine;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod front;
#[cfg(test)]
mod gateway;
#[cfg(test)]
mod load;
#[cfg(test)]
mod mailbox;
#[cfg(test)]
mod mapping;
#[cfg(test)]
mod ses;
#[cfg(test)]
mod stack;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tls;
