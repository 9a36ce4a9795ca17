//! The listeners of a stack's parts.

use super::{Between, StackError, StackOptions};
use crate::faults::{Faults, Neighbour};
use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};
use tokio::net::TcpListener;

/// With a plan, the fault layer has the addresses of the neighbours, and the neighbours have others.
pub(super) async fn behind_faults(
    options: &StackOptions,
    dynamodb: TcpListener,
    ses: TcpListener,
) -> Result<(TcpListener, TcpListener, Option<Between>), StackError> {
    let Some((plan, claims)) = &options.faults else {
        return Ok((dynamodb, ses, None));
    };
    let claims = listen(*claims, "--claims-listen").await?;
    let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let engine = listen(anywhere, "--dynamodb-listen").await?;
    let double = listen(anywhere, "--ses-listen").await?;
    let simulator = format!(
        "{}/lambda-url/claims-simulator",
        options.functions.to_string().trim_end_matches('/')
    );
    let faults = Faults::none();
    let servers = [
        (
            Neighbour::DynamoDb,
            format!("http://{}", engine.local_addr()?),
            dynamodb,
        ),
        (Neighbour::Ses, format!("http://{}", double.local_addr()?), ses),
        (Neighbour::Claims, simulator, claims),
    ]
    .into_iter()
    .map(|(neighbour, base, listener)| faults.before(neighbour, &base, listener))
    .collect::<io::Result<Vec<_>>>()?;
    let seed = faults.set(plan.clone());
    tracing::warn!(%plan, seed, "calls to the neighbours break by plan");
    Ok((engine, double, Some((faults, servers))))
}

pub(super) async fn listen(addr: SocketAddr, flag: &'static str) -> Result<TcpListener, StackError> {
    TcpListener::bind(addr)
        .await
        .map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => StackError::InUse { addr, flag },
            _ => StackError::Listen { addr, flag, source },
        })
}

/// Listens at every address of `localhost`: most browsers try `[::1]` before `127.0.0.1`.
pub(super) async fn listen_on_origin(addr: SocketAddr) -> Result<Vec<TcpListener>, StackError> {
    const FLAG: &str = "--listen";
    let first = listen(addr, FLAG).await?;
    let mut listeners = vec![first];
    if addr.ip() == IpAddr::V4(Ipv4Addr::LOCALHOST)
        && let Some(port) = listeners
            .first()
            .and_then(|first| first.local_addr().ok())
            .map(|addr| addr.port())
    {
        match listen(SocketAddr::from((Ipv6Addr::LOCALHOST, port)), FLAG).await {
            Ok(second) => listeners.push(second),
            // The browser would reach the other process.
            Err(error @ StackError::InUse { .. }) if addr.port() != 0 => return Err(error),
            Err(error) => tracing::debug!(%error, "no IPv6 on this machine"),
        }
    }
    Ok(listeners)
}
