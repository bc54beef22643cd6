"""Made-up names: no place, school or conference here is meant to be a real one."""

from __future__ import annotations

NAME_LENGTH = 16  # as in Kaggle's files: a table column stays narrow

# Region -> its states. A conference lies in one region, its schools in the places of that region.
STATES = {
    "northeast": ("CT", "DE", "MA", "ME", "NH", "NJ", "NY", "PA", "RI", "VT"),
    "atlantic": ("GA", "MD", "NC", "SC", "VA", "WV"),
    "gulf": ("AL", "AR", "FL", "KY", "LA", "MS", "TN"),
    "lakes": ("IL", "IN", "MI", "OH", "WI"),
    "plains": ("IA", "KS", "MN", "MO", "ND", "NE", "SD"),
    "southwest": ("AZ", "NM", "OK", "TX"),
    "west": ("CA", "CO", "ID", "MT", "NV", "OR", "UT", "WA", "WY"),
}

PLACES = {
    "northeast": (
        "Abernock", "Aldermoor", "Anselworth", "Ashgrave", "Averholt", "Beaumarsh", "Birkenholt", "Caldersby",
        "Cutterswick", "Darrowby", "Dorninghurst", "Ellerwick", "Evenholt", "Garrowby", "Haddermoor", "Heronwick",
        "Inglemoor", "Kettlewick", "Marlock", "Nethersby", "New Tarnwick", "Orwick", "Port Ellery", "Quincebury",
        "Rookmoor", "St Averill", "Tarnwick", "Ulverby", "Winterholt",
    ),
    "atlantic": (
        "Ambridale", "Arbuthorn", "Barrowdale", "Boltham", "Brandermere", "Calverstone", "Chalkwater", "Corvina",
        "Elmhollow", "Farrowdale", "Fort Selwick", "Granthorpe", "Gullhaven", "Harrowmont", "Hollinmoor",
        "Larkhollow", "Maythorne", "Nettlecombe", "Pellwick", "Port Amity", "Quillmere", "Sandmarrow", "Selwick",
        "Sorrelton", "St Corwin", "Tamsworth", "Umberfield", "Willet Bay", "Yarrowdale",
    ),
    "gulf": (
        "Beauclaire", "Brackenholt", "Briarmoor", "Canterlow", "Crane Ferry", "Delacroy", "Delmora", "Duvallon",
        "Emberlin", "Fontenay Bay", "Grandlieu", "Hornbeam", "Innisfall", "Lantern Bay", "Larivage", "Lorimont",
        "Marrowick", "Millgrave", "Osierfield", "Pikewater", "Port Sable", "Rochambois", "Sablewood", "St Orlan",
        "Tallowfield", "Thibodale", "Trellisdale", "Valcour Bay", "Wanderlow",
    ),
    "lakes": (
        "Balforth", "Bannermoor", "Bexwater", "Brennock", "Calloway Falls", "Cobbleton", "Cresswater", "Drakemoor",
        "Elderholt", "Fallowmere", "Fort Calder", "Gildermoor", "Glenarrow", "Haskerville", "Kelderwood",
        "Lake Corvin", "Lambermoor", "Lockermarsh", "Mistwater", "Norrisford", "Ockerville", "Pembry",
        "Port Brannock", "Quenby", "Rimewater", "Rowanholt", "Starkwater", "Tolverton", "Wexmoor",
    ),
    "plains": (
        "Bluemarrow", "Brindlemoor", "Carrowmere", "Dellmarrow", "Dunmarrow", "Fennimark", "Fernmarrow",
        "Fort Larrabee", "Galewick", "Grunmoor", "Halverstad", "Huskington", "Kaltbach", "Lindqvist", "Lowenburg",
        "Lynxfield", "Neuhalden", "Nordvik", "Otterholt", "Quarrowdale", "Reedmoor", "Rundell", "Skogheim",
        "Steinholz", "Stonemarrow", "Storrvik", "Wagon Ferry", "Wheatmarsh", "Whitmarrow",
    ),
    "southwest": (
        "Altamora", "Arroyal", "Brisamar", "Burntwater", "Carvallo", "Copper Ferry", "Costamar", "Fort Abernethy",
        "Frostburn", "Graymarsh", "Halcott Falls", "Jasperton", "Knollwater", "Lomarena", "Mesaverda", "Montarra",
        "Piedralta", "Prairie Verde", "Redmarsh", "Rio Blanda", "Saddlemarsh", "San Ardemo", "Santa Reyna",
        "Slatewater", "Solavista", "Tessaly", "Thornwater", "Vallarosa", "Verrick",
    ),
    "west": (
        "Cinder Falls", "Copperline", "Eaglemarsh", "Embershaw", "Finchmoor", "Flintmoor", "Foxmarsh", "Glasswater",
        "Harkwater", "Ironmarsh", "Kestrelton", "Lake Tamsin", "Lanternfield", "Larchmoor", "Limewater",
        "Mount Harlan", "Mount Verrick", "Pebblemoor", "Plovermoor", "Ravensholt", "Sagemoor", "San Verano",
        "Santa Lumia", "Santolina", "Sierravia", "Tanagerton", "Timbermoor", "Verdermont", "Zephyrhill",
    ),
}  # fmt: skip
NEUTRAL_PLACES = 3  # of each region, without a school: where tournaments go

# Strongest first: abbreviation, name, region.
CONFERENCES = (
    ("ironwood", "Ironwood Conference", "lakes"),
    ("cobalt", "Cobalt Coast Conference", "atlantic"),
    ("lone_mesa", "Lone Mesa Conference", "southwest"),
    ("amber", "Amber Plains Conference", "plains"),
    ("saltmarsh", "Saltmarsh Conference", "gulf"),
    ("granite", "Granite Shore League", "northeast"),
    ("osprey", "Osprey Coast Conference", "west"),
    ("kestrel", "Kestrel Athletic Conference", "lakes"),
    ("cinder", "Cinder Range Conference", "west"),
    ("larkspur", "Larkspur League", "atlantic"),
    ("slate", "Slate River Conference", "northeast"),
    ("wagon", "Wagon Trail Conference", "plains"),
    ("foxglove", "Foxglove Conference", "gulf"),
    ("lantern", "Lantern Athletic Association", "southwest"),
)

# How a school is named after its place, and how often.
STYLES = (
    ("{}", 0.52), ("{} St", 0.22), ("{} Tech", 0.08), ("{} A&M", 0.04), ("{} Poly", 0.03),
    ("N {}", 0.03), ("E {}", 0.03), ("W {}", 0.025), ("SE {}", 0.025),
)  # fmt: skip
SECOND_STYLES = ("{} St", "{} Tech", "E {}")  # for the second school of a place
