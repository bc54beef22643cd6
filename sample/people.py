"""Made-up people: first and last names that are put together by chance, and how files spoil them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hoops.games.leagues import League
from sample.randomness import Draws

_MEN = (
    "Aaron Abdoulaye Adrian Aiden Alex Alonzo Amari Amir Andre Andrés Anthony Antoine Armando Austin Ayo Ben "
    "Bilal Blake Boubacar Bogdan Braden Brandon Bryce Caleb Cameron Carlos Cedric Chase Christian Chukwu Cole "
    "Colin Connor Corey D.J. D'Andre Da'Quan Dale Damian Daniel Dario Darius David De'Shawn Dejan Derek Desmond "
    "Devin Diego Dominic Donovan Dylan Eli Elijah Emeka Emmanuel Eric Ethan Evan Ezekiel Filip Finn Francis Gabe "
    "Garrett Giovanni Grant Hakeem Hassan Henry Hunter Ibrahim Idris Isaac Isaiah Ivan J.T. Jabari Jack Jaden "
    "Jalen Jamal James Jamir Jared Jason Javier Jaylen Jean-Luc Jeremiah Jerome Joel Jonas Jordan José Josh "
    "Julian Justin K.C. Kai Kareem Keegan Kelvin Kendrick Kevin Khalil Kofi Kyle Landon Leo Liam Logan Luca Lucas "
    "Luka Malachi Malik Mamadou Marcus Mario Markus Mason Mateo Matthew Max Micah Miles Mohamed Moses Moussa "
    "Nate Nathan Neil Nico Noah Olu Omar Oscar Owen Patrick Paul Pierre Quentin R.J. Rafael Rashad Reggie Remy "
    "René Ricky Robert Roman Ryan Sam Samba Santiago Sean Sekou Shane Simon Solomon Spencer Stefan T.J. Tariq "
    "Terrell Theo Thomas Tobias Tomás Tra’Von Trent Trevor Tyler Tyrese Victor Wes Will Xavier Yannick Zach Zion"
)
_WOMEN = (
    "Aaliyah Abby Ada Adriana Aisha Alana Alexis Alice Alyssa Amara Amaya Amelia Ana Andrea Anja Anna Ariel "
    "Ashley Asia Aubrey Ava Ayanna Bailey Bianca Bria Briana Brooke Caitlyn Camille Carla Caroline Cassidy Celeste "
    "Charlotte Chloé Claire Courtney D'Asia Da'Nae Daniela Deja Destiny Diamond Dominique Dora Ebony Eleanor "
    "Elena Eliza Ella Emily Emma Erin Esther Eva Faith Fatou Fiona Gabby Gemma Grace Hailey Hannah Haley Heidi "
    "Imani Inês Ingrid Iris Isabel Ivana J.J. Jada Jade Jaliyah Jasmine Jenna Jillian Joanna Jordan Josie Julia "
    "Kaila Kamilla Karina Kate Katie Kayla Keira Kendall Kennedy Kiara Kylie Laila Lara Lauren Layla Lea Lena "
    "Leticia Lexi Lily Lina Lola Lucía Luisa Lydia Mackenzie Madison Maja Makayla Maria Mariam Marta Maya Megan "
    "Mia Michaela Mikayla Molly Monique Morgan Nadia Naomi Natalie Nia Nicole Nina Noelle Nora Oluchi Olivia "
    "Paige Petra Peyton Quinn Rachel Raina Raven Rebecca Reese Renée Riley Rosa Rosie Ruth Sadie Sania Sara "
    "Sasha Savannah Selena Serena Shay Sierra Simone Skye Sofía Sophie Stella Sydney T'Aja Tamara Tara Tatiana "
    "Taylor Teresa Tessa Tiana Trinity Uma Valeria Vanessa Vera Victoria Violet Willow Yara Zoe Zuzana"
)
_LAST = (
    "Abara|Adeyemi|Aguilar|Albrecht|Allard|Alston|Ames|Anders|Arroyo|Asante|Ashby|Atwater|Avery|Ayala|Ba|Bakker|"
    "Banks|Barlow|Barros|Bassett|Beaumont|Becker|Bell|Bergström|Blackwood|Blair|Boateng|Bohannon|Bonilla|Booker|"
    "Bostic|Bowen|Bradshaw|Brandt|Brennan|Briggs|Brooks|Bryant-Cole|Byrd|Caldwell|Camara|Cannon|Cardenas|Carver|"
    "Castillo|Chambers|Chapman|Cissé|Clayborn|Coleman|Collier|Conley|Contreras|Corbin|Cortez|Cross|Cunningham|Dale|"
    "Dalton|Danjuma|Daniels|Darby|Davenport|De La Cruz|De Vries|Delgado|Demir|Diallo|Dixon|Djokaj|Dorsey|Draper|"
    "Duarte|Dubois|Duncan|Eaton|Ekwueme|Ellison|Emery|English|Eriksen|Espinosa|Fall|Faulkner|Ferrari|Fields|Finch|"
    "Fitzgerald|Fofana|Fontaine|Foster|Fournier|Franklin|Fuentes|Gaines|Galloway|García|Garnett|Gibbs|Gilmore|"
    "Glover|Goodwin|Gray|Greene|Grimes|Guerrero|Guèye|Hale|Hammond|Hardin|Harlan|Hawkins|Hayes|Heller|Henning|"
    "Herrera|Hobbs|Holloway|Horvat|Houston|Hubbard|Huerta|Hutchins|Ibarra|Ingram|Iverson|Jackson-Reid|Jansen|Jarvis|"
    "Jefferies|Jensen|Johansson|Joseph|Juarez|Kaba|Kane|Keita|Kelley|Kendrick|Kerr|King|Kirby|Knox|Koné|Kovač|Krause|"
    "Lambert|Landry|Lang|Larkin|Lawson|Leblanc|Lindgren|Lockett|Lofton|Lowe|Lozano|Lucas|Lynch|Mack|Madsen|Maldonado|"
    "Mann|Marsh|Mathis|Mbaye|McAdoo|McBride|McCall|McDowell|McKee|Medina|Mensah|Mercer|Meyer|Miranda|Monroe|Montoya|"
    "Moody|Moreau|Morrow|Moss|Müller|Murray|Nash|Ndiaye|Newsome|Nielsen|Nikolić|Nixon|Noble|Norwood|Novak|Núñez|"
    "O'Banion|O'Connell|O'Dell|O'Rourke|Obi|Odom|Okafor|Okoye|Oliver|Olsen|Ortega|Osei|Owens|Pace|Padilla|Page|"
    "Paredes|Parrish|Patel|Payne|Peralta|Perkins|Petrov|Pham|Pierce|Pope|Porter|Prentice|Price|Quarles|Quiroga|"
    "Rader|Ramsey|Randall|Reaves|Redmond|Reyes|Rhodes|Richter|Rivers|Roach|Robles|Rollins|Romero|Rossi|Rowe|Ruiz|"
    "Rutledge|Salazar|Samuels|Sané|Santos|Savage|Schaefer|Schmidt|Sears|Sharpe|Shelton|Sidibé|Silva|Simmons|Skinner|"
    "Slater|Snow|Solis|Sorensen|Sow|Spears|St. Clair|Stanton|Steele|Stokes|Strand|Suarez|Summers|Sutton|Swain|Talbot|"
    "Tate|Terry|Thibault|Thorne|Tillman|Torres|Touré|Townes|Traoré|Tucker|Underwood|Upshaw|Vance|Van Dyke|Vargas|"
    "Vaughn|Velasquez|Vogel|Wade|Walcott|Wallace|Walton|Ware|Watts|Weaver|Webb|Weiss|West|Whitaker|Whitfield|Wilder|"
    "Wilkes|Winslow|Wolfe|Woods|Wright-Bell|Wynn|Yates|Ybarra|York|Young|Zamora|Zeller|Zimmer"
)
FIRST_NAMES = {League.MEN: tuple(_MEN.split()), League.WOMEN: tuple(_WOMEN.split())}
LAST_NAMES = tuple(_LAST.split("|"))

_SUFFIXES = {League.MEN: ((" Jr.", 0.025), (".Jr", 0.004), (" III", 0.006), (" II", 0.004)), League.WOMEN: ()}
# As the real files have them: marks that belong nowhere, a year that ran into the name.
_STRAYS = (".", "*", "_", "1819")
_STRAY, _SHOUTED, _NO_FIRST_NAME = 0.004, 0.004, 0.002  # shares of names


def names(league: League, count: int, draws: Draws) -> tuple[Sequence[str], Sequence[str]]:
    """First and last names of so many people, as a file has them: some with a suffix, a few spoiled."""
    firsts, suffixes = FIRST_NAMES[league], _SUFFIXES[league]
    bounds = np.cumsum([share for _, share in suffixes])
    draw = draws.uniform(5, count)
    first = [firsts[i] for i in (draw[0] * len(firsts)).astype(int).tolist()]
    last = [LAST_NAMES[i] for i in (draw[1] * len(LAST_NAMES)).astype(int).tolist()]
    for i, which in enumerate(np.searchsorted(bounds, draw[2]).tolist()):
        if which < len(suffixes):
            last[i] += suffixes[which][0]
    for i in np.flatnonzero(draw[3] < _STRAY).tolist():
        last[i] += _STRAYS[int(draw[4, i] * len(_STRAYS))]
    for i in np.flatnonzero((draw[3] > 0.5) & (draw[3] < 0.5 + _SHOUTED)).tolist():
        last[i] = last[i].upper()
    for i in np.flatnonzero(draw[3] > 1 - _NO_FIRST_NAME).tolist():
        first[i] = ""
    return first, last
