"""Pairs of prompts that lie close together and have different answers, by what makes the difference."""

NEAR_MISSES: dict[str, tuple[tuple[str, str], ...]] = {
    "negation": (
        ("which foods should I eat before a race", "which foods should I not eat before a race"),
        ("who is allowed to park here", "who isn't allowed to park here"),
        ("list countries with a king", "list countries without a king"),
        ("is it safe to mix bleach and vinegar", "is it never safe to mix bleach and vinegar"),
        ("name animals that can fly", "name animals that can't fly"),
    ),
    "number": (
        ("how do I cook rice for 2 people", "how do I cook rice for 20 people"),
        ("what is 15 percent of 80", "what is 15 percent of 90"),
        ("solve x + 3 = 10", "solve x + 8 = 10"),
        ("summarise chapter 4 of the book", "summarise chapter 14 of the book"),
        ("is EECS 280 hard", "is EECS 281 hard"),
    ),
    "date": (
        ("what happened on 4 July 1776", "what happened on 14 July 1789"),
        ("what is the weather on Monday", "what is the weather on Tuesday"),
        ("who won the world cup in 1998", "who won the world cup in 2002"),
        ("train at 10:30 to Oslo", "train at 10:50 to Oslo"),
        ("is the shop open in March", "is the shop open in May"),
    ),
    "unit": (
        ("convert 5 miles to meters", "convert 5 miles to inches"),
        ("set a timer for 10 minutes", "set a timer for 10 hours"),
        ("how much is 20 $ in yen", "how much is 20 € in yen"),
        ("how hot is 30 celsius", "how hot is 30 fahrenheit"),
        ("a dose of 5 mg", "a dose of 5 g"),
    ),
    "name": (
        ("who was the wife of George Washington", "who was the wife of George Orwell"),
        ("distance from Paris to Rome", "distance from Paris to Lima"),
        ("how do I sort a list in Python", "how do I sort a list in Java"),
        ("translate water into French", "translate water into Finnish"),
        ("send Anna the report", "send Elena the report"),
    ),
    "antonym": (
        ("turn the lights on", "turn the lights off"),
        ("how do I increase my blood pressure", "how do I decrease my blood pressure"),
        ("what is the highest mountain in Asia", "what is the lowest mountain in Asia"),
        ("sort the list in ascending order", "sort the list in descending order"),
        ("advantages of remote work", "disadvantages of remote work"),
    ),
    "order": (
        ("does a dog eat a cat", "does a cat eat a dog"),
        ("flight from London to Tokyo", "flight from Tokyo to London"),
        ("convert euros to dollars", "convert dollars to euros"),
        ("is Anna older than Ben", "is Ben older than Anna"),
        ("divide 3 by 4", "divide 4 by 3"),
    ),
}

PARAPHRASES: tuple[tuple[str, str], ...] = (
    ("how do I sort a list in Python", "please, how do I sort a list in Python?"),
    ("turn the lights on", "Turn the lights on."),
    ("what is the highest mountain in Asia", "what's the highest mountain in Asia"),
    ("translate water into French", "can you translate water into French"),
    ("convert 5 miles to meters", "hey, convert 5 miles to meters please"),
)
"""Pairs with the same answer, for contrast."""
