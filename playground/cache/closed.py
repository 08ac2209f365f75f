"""Words that come in closed sets, where another one nearly always asks for another answer (English).

Each line is a set, each part between bars one meaning with its synonyms.
"""

_SETS = """
monday mon | tuesday tue tues | wednesday wed | thursday thu thurs | friday fri | saturday sat | sunday sun
january jan | february feb | march | april apr | may | june jun | july jul | august aug | september sep sept
    | october oct | november nov | december dec
spring | summer | autumn fall | winter
today | tomorrow | yesterday | tonight
morning | noon midday | afternoon | evening | night | midnight
am | pm
millisecond milliseconds ms | second seconds sec secs | minute minutes min mins | hour hours hr hrs | day days
    | week weeks | month months | year years yr yrs | decade decades | century centuries
daily | weekly | monthly | yearly annually annual
millimeter millimeters mm | centimeter centimeters cm | meter meters metre metres m | kilometer kilometers km
    | inch inches | foot feet ft | yard yards yd | mile miles mi
milligram milligrams mg | gram grams g | kilogram kilograms kg kilo kilos | ton tons tonne tonnes | ounce ounces oz
    | pound pounds lb lbs | stone
milliliter milliliters ml | liter liters litre litres l | cup cups | pint pints | quart quarts | gallon gallons
    | teaspoon teaspoons tsp | tablespoon tablespoons tbsp
celsius | fahrenheit | kelvin
byte bytes | kilobyte kilobytes kb | megabyte megabytes mb | gigabyte gigabytes gb | terabyte terabytes tb
$ dollar dollars usd | € euro euros eur | £ gbp | ¥ yen jpy | rupee rupees inr | yuan cny | peso pesos
one | two | three | four | five | six | seven | eight | nine | ten | eleven | twelve | twenty | thirty | fifty
    | hundred | thousand | million | billion
once | twice | thrice
first | third | fourth | fifth | sixth | last final
half | quarter | double | triple
north northern | south southern | east eastern | west western
left | right
up | down
on | off
in | out
open opening opened | close closing closed shut
start begin starting started | stop end finish ending stopped
before | after
above over | below under
more | less fewer
most | least fewest
max maximum | min minimum
highest tallest biggest largest greatest | lowest shortest smallest
high higher | low lower
big large bigger larger | small little smaller
long longer | short shorter
hot hotter hottest warm | cold colder coldest cool
fast faster fastest quick | slow slower slowest
old older oldest | new newer newest | young younger youngest
early earlier earliest | late later latest
cheap cheaper cheapest | expensive costlier dearest
good better best | bad worse worst
easy easier easiest | hard harder hardest difficult
safe | dangerous unsafe
same | different
always | never | sometimes
all every everyone | some | none
increase raise increasing increased | decrease reduce decreasing decreased lowering
ascending | descending
add adding | remove delete subtract removing
buy buying bought | sell selling sold
borrow borrowed | lend lent
send sending sent | receive receiving received request
push pushing | pull pulling
win won winner | lose lost loser
gain gaining | losing
enable enabled activate | disable disabled deactivate
allow allowed permit | forbid forbidden ban banned
accept accepted | reject rejected refuse decline
love like | hate dislike
arrive arrival arriving | depart departure departing leave
encode encrypt | decode decrypt
upload | download
import imports | export exports
male man men | female woman women
mother | father
son | daughter
husband | wife
brother | sister
true | false
pro pros benefit benefits advantage advantages | con cons risk risks disadvantage disadvantages danger dangers
cause causes | effect effects | symptom symptoms | treatment treatments cure
healthy | unhealthy
legal | illegal
black | white | red | blue | green | yellow
"""


def _read() -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for number, line in enumerate(_SETS.strip().replace("\n    |", " |").splitlines()):
        for place, part in enumerate(line.split("|")):
            for word in part.split():
                found.setdefault(word, (number, place))
    return found


_MEANINGS = _read()


def swapped(first: frozenset[str], second: frozenset[str]) -> bool:
    """Whether each of two prompts has a word of one set, and these mean different things."""
    mine, theirs = _meanings(first), _meanings(second)
    return any(mine[number] != theirs[number] for number in mine.keys() & theirs.keys())


def _meanings(words: frozenset[str]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for number, place in (_MEANINGS[word] for word in words if word in _MEANINGS):
        found.setdefault(number, set()).add(place)
    return found
