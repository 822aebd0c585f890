//! Whom a stranger is counted with: the network they ask from, and how much of it was taken today.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use jiff::civil::Date;

use crate::catalogue::{Tx, text_enum};
use crate::clock::vietnam;
use crate::error::{Error, Result};

/// The networks that one address belongs to. Whoever has one address of the narrow one can have all of it; of the wide
/// one, a neighbour or a customer of the same provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// An IPv4 address, or the /64 of an IPv6 one, which is what one household or office gets and chooses addresses in at
    /// will (RFC 6177).
    pub narrow: String,
    /// The /24 of an IPv4 address, the /48 of an IPv6 one.
    pub wide: String,
}

impl Network {
    /// The networks of an address.
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                Self {
                    narrow: address.to_string(),
                    wide: format!("{}/24", Ipv4Addr::new(a, b, c, 0)),
                }
            }
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Self {
                    narrow: format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0)),
                    wide: format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)),
                }
            }
        }
    }

    /// The networks around one that is written as [`Network::narrow`].
    pub fn around(narrow: &str) -> Self {
        let address = narrow.strip_suffix("/64").unwrap_or(narrow).parse();
        address.map_or_else(|_| Self::unknown(), Self::of)
    }

    /// A caller without a socket: all such share one count.
    pub fn unknown() -> Self {
        Self {
            narrow: "unknown".into(),
            wide: "unknown".into(),
        }
    }
}

text_enum! {
    /// What of the public's is counted by the day.
    pub enum Daily {
        /// Requests for copies, each counting one.
        Requests,
        /// Papers added to requests, each counting one.
        Papers,
        /// Bytes of those papers.
        PaperBytes,
    }
}

/// How many times more a wide network may take than a narrow one: thousands of people share a provider's addresses.
const WIDE_SHARE: i64 = 10;
/// In seconds; Viet Nam knows no summer time.
const DAY: i64 = 24 * 3600;

/// Counts what a stranger's network takes today, in the transaction in which it is taken, so that what fails counts for
/// nothing and of many at once no more get through than may.
///
/// # Errors
/// `TooMany`, with the seconds until midnight in Viet Nam.
pub async fn count_today(
    tx: &mut Tx,
    network: &Network,
    what: Daily,
    amount: i64,
    most: i64,
) -> Result<()> {
    let now = vietnam(tx.clock().now());
    let (today, time) = (now.date(), now.time());
    // Yesterday's addresses are of no use to anybody.
    sqlx::query("DELETE FROM public_use WHERE day < $1")
        .bind(today.to_string())
        .execute(&mut **tx)
        .await?;
    // Always the narrow one first: two transactions that lock both rows then never wait for each other.
    for (network, most) in [(&network.narrow, most), (&network.wide, most * WIDE_SHARE)] {
        let count = count(tx, today, network, what, amount).await?;
        if count > most {
            let gone = (i64::from(time.hour()) * 60 + i64::from(time.minute())) * 60;
            let left = DAY - gone - i64::from(time.second());
            return Err(Error::TooMany {
                retry_after: left.unsigned_abs(),
            });
        }
    }
    Ok(())
}

async fn count(tx: &mut Tx, day: Date, network: &str, what: Daily, amount: i64) -> Result<i64> {
    Ok(sqlx::query_scalar(
        "INSERT INTO public_use (day, network, kind, amount) VALUES ($1, $2, $3, $4)
         ON CONFLICT (day, network, kind) DO UPDATE SET amount = public_use.amount + EXCLUDED.amount
         RETURNING amount",
    )
    .bind(day.to_string())
    .bind(network)
    .bind(what.as_str())
    .bind(amount)
    .fetch_one(&mut **tx)
    .await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_counted_with_its_household_and_its_neighbourhood() {
        for (address, narrow, wide) in [
            ("203.0.113.9", "203.0.113.9", "203.0.113.0/24"),
            ("::ffff:203.0.113.9", "203.0.113.9", "203.0.113.0/24"),
            (
                "2001:db8:1:2:3:4:5:6",
                "2001:db8:1:2::/64",
                "2001:db8:1::/48",
            ),
        ] {
            let network = Network::of(address.parse().unwrap());
            assert_eq!(Network::around(narrow), network);
            assert_eq!(
                (network.narrow.as_str(), network.wide.as_str()),
                (narrow, wide)
            );
        }
    }
}
