//! The ways in which parts of a place can be taken for a commune, a district and a province.

use super::unit::{Name, Part};
use crate::confidence::Located;

/// What it costs to take a commune for one of another district of the province, as borders move.
const MOVED: usize = 1;
/// A second way as near as this to the first leaves no choice.
const NEAR: usize = 1;

struct District {
    name: Name,
    province: usize,
    communes: Vec<Name>,
}

/// A province of the lists, or one of the past with those its districts went to.
struct Province {
    name: Name,
    holds: Vec<usize>,
}

/// Provinces, districts and communes.
pub(super) struct Units {
    provinces: Vec<Province>,
    districts: Vec<District>,
}

/// One way to take the parts, and how many slips it supposes.
struct Way<'u> {
    names: Vec<&'u Name>,
    cost: usize,
}

/// Units near a name, and at what cost.
type Near<'u, Unit> = Vec<(&'u Unit, usize)>;

impl Units {
    /// Reads `PROVINCE: DISTRICT: COMMUNE, …` and `FORMER PROVINCE | years | PROVINCE, …`.
    pub fn parse(units: &str, former: &str) -> Self {
        let mut provinces: Vec<Province> = Vec::new();
        let mut districts = Vec::new();
        for line in entries(units) {
            let columns: Vec<&str> = line.splitn(3, ':').map(str::trim).collect();
            let [province, district, communes] = columns[..] else {
                continue;
            };
            let at = provinces.iter().position(|p| p.name.written == province);
            let province = at.unwrap_or_else(|| {
                let holds = vec![provinces.len()];
                let name = Name::new(province);
                provinces.push(Province { name, holds });
                provinces.len() - 1
            });
            let communes = communes.split(", ").filter(|name| !name.is_empty());
            districts.push(District {
                name: Name::new(district),
                province,
                communes: communes.map(Name::new).collect(),
            });
        }
        for line in entries(former) {
            let columns: Vec<&str> = line.splitn(3, '|').map(str::trim).collect();
            let [name, _, after] = columns[..] else {
                continue;
            };
            let is_after = |p: &Province| after.split(", ").any(|name| name == p.name.written);
            let holds = (0..provinces.len())
                .filter(|at| is_after(&provinces[*at]))
                .collect();
            let name = Name::new(name);
            provinces.push(Province { name, holds });
        }
        Self {
            provinces,
            districts,
        }
    }

    /// The one way to take these parts that supposes least slips, and whether others are near.
    pub fn one_way(&self, parts: &[Part<'_>]) -> Option<(Vec<&Name>, Located)> {
        let ways = match parts {
            [only] => self.alone(&only.own),
            [first, second] => self.two(&first.own, &second.own),
            [commune, district, province] => self.three(&commune.own, &district.own, &province.own),
            _ => Vec::new(),
        };
        nearest(ways)
    }

    fn alone<'u>(&'u self, only: &Name) -> Vec<Way<'u>> {
        let provinces = self.provinces.iter().map(|province| &province.name);
        let names = provinces.chain(self.districts.iter().map(|district| &district.name));
        let way = |name: &'u Name| {
            let cost = name.cost(only)?;
            Some(Way {
                names: vec![name],
                cost,
            })
        };
        names.filter_map(way).collect()
    }

    /// A district and its province, or a commune and its district.
    fn two<'u>(&'u self, first: &Name, second: &Name) -> Vec<Way<'u>> {
        let (provinces, districts) = self.near(second);
        let of_province = provinces.into_iter().flat_map(|(province, cost)| {
            let held = self.held_by(province);
            held.filter_map(move |district| {
                Some(Way {
                    names: vec![&district.name, &province.name],
                    cost: cost + district.name.cost(first)?,
                })
            })
        });
        let of_district = districts.into_iter().flat_map(|(district, cost)| {
            self.communes_about(district, first)
                .map(move |(commune, own)| Way {
                    names: vec![commune, &district.name],
                    cost: cost + own,
                })
        });
        of_province.chain(of_district).collect()
    }

    fn three<'u>(&'u self, commune: &Name, district: &Name, province: &Name) -> Vec<Way<'u>> {
        let mut ways = Vec::new();
        for (province, last) in self.near(province).0 {
            for held in self.held_by(province) {
                let Some(middle) = held.name.cost(district) else {
                    continue;
                };
                ways.extend(self.communes_about(held, commune).map(|(name, first)| Way {
                    names: vec![name, &held.name, &province.name],
                    cost: first + middle + last,
                }));
            }
        }
        ways
    }

    /// Provinces and districts near a name: what is read as one unit to the letter is hardly another.
    fn near<'u>(&'u self, read: &Name) -> (Near<'u, Province>, Near<'u, District>) {
        let provinces = self.provinces.iter();
        let mut provinces: Near<'u, Province> = provinces
            .filter_map(|province| Some((province, province.name.cost(read)?)))
            .collect();
        let districts = self.districts.iter();
        let mut districts: Near<'u, District> = districts
            .filter_map(|district| Some((district, district.name.cost(read)?)))
            .collect();
        let costs = provinces.iter().map(|(_, cost)| *cost);
        let costs = costs.chain(districts.iter().map(|(_, cost)| *cost));
        let most = costs.min().unwrap_or(0) + NEAR;
        provinces.retain(|(_, cost)| *cost <= most);
        districts.retain(|(_, cost)| *cost <= most);
        (provinces, districts)
    }

    fn held_by(&self, province: &Province) -> impl Iterator<Item = &District> {
        let held = |district: &&District| province.holds.contains(&district.province);
        self.districts.iter().filter(held)
    }

    /// Communes near a name: those of the district, and to the letter those of its province.
    fn communes_about<'u>(
        &'u self,
        district: &'u District,
        read: &Name,
    ) -> impl Iterator<Item = (&'u Name, usize)> {
        let province = district.province;
        let around = self
            .districts
            .iter()
            .filter(move |d| d.province == province);
        around.flat_map(move |other| {
            let own = std::ptr::eq(other, district);
            let near = move |commune: &'u Name| match (own, commune.cost(read)?) {
                (true, cost) => Some((commune, cost)),
                (false, 0) => Some((commune, MOVED)),
                _ => None,
            };
            other.communes.iter().filter_map(near)
        })
    }
}

/// Lines that say something.
fn entries(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The way at the least cost, unless another one is as near and some slip is supposed.
fn nearest(mut ways: Vec<Way<'_>>) -> Option<(Vec<&Name>, Located)> {
    ways.sort_by_key(|way| way.cost);
    let mut ways = ways.into_iter();
    let best = ways.next()?;
    let texts = |way: &Way<'_>| -> Vec<String> {
        let names = way.names.iter();
        names.map(|name| name.written.clone()).collect()
    };
    let others = ways.find(|way| texts(way) != texts(&best));
    let spelled_twice = others.is_some_and(|other| other.cost <= best.cost + NEAR);
    match (spelled_twice, best.cost) {
        (true, 1..) => None,
        (true, 0) => Some((best.names, Located::Beside)),
        (false, _) => Some((best.names, Located::Known)),
    }
}
