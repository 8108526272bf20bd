"""What a moderation looks for: the categories, and a few words of each that a test may use on purpose.

Not a filter for real use: a text is flagged when one of these words stands in it, whatever it means.
"""

import re

TEXT, IMAGE = "text", "image"
# In the service's order; and which kinds of input each is found in.
CATEGORIES: dict[str, tuple[str, ...]] = {
    "sexual": (TEXT, IMAGE),
    "sexual/minors": (TEXT,),
    "harassment": (TEXT,),
    "harassment/threatening": (TEXT,),
    "hate": (TEXT,),
    "hate/threatening": (TEXT,),
    "illicit": (TEXT,),
    "illicit/violent": (TEXT,),
    "self-harm": (TEXT, IMAGE),
    "self-harm/intent": (TEXT, IMAGE),
    "self-harm/instructions": (TEXT, IMAGE),
    "violence": (TEXT, IMAGE),
    "violence/graphic": (TEXT, IMAGE),
}

_WORDS: dict[str, str] = {
    "sexual": "porn|pornography|explicit sex|sex scene|nude photos",
    "sexual/minors": "child porn|sexual content involving minors",
    "harassment": "you idiot|you are an idiot|you are stupid|stupid idiot|you moron|worthless loser|shut up",
    "harassment/threatening": "i will hurt you|i'll hurt you|i am going to hurt you|i will kill you",
    "hate": "i hate those people|inferior race|subhuman|hate speech",
    "hate/threatening": "kill all of them|wipe them out|exterminate them",
    "illicit": "shoplift|shoplifting|counterfeit money|steal a car|hack into|launder money|cook meth",
    "illicit/violent": "build a bomb|make a bomb|pipe bomb|buy an illegal gun",
    "self-harm": "suicide|self-harm|self harm|kill myself|hurt myself|cut myself",
    "self-harm/intent": "i want to die|i want to kill myself|kill myself|end my life|hurt myself",
    "self-harm/instructions": "how to commit suicide|ways to hurt myself|painless way to die",
    "violence": "kill|kills|killed|killing|murder|stab|stabbed|shoot them|beat him up|massacre|bomb",
    "violence/graphic": "blood everywhere|dismember|dismembered|gore|guts spilled|severed head",
}
_PATTERNS = {
    category: re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) for category, words in _WORDS.items()
}


def found_in(text: str) -> set[str]:
    """The categories that a word of the text belongs to."""
    return {category for category, pattern in _PATTERNS.items() if pattern.search(text)}
