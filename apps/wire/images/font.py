"""Letters of five by seven dots, for the words in a picture."""

WIDTH, HEIGHT = 5, 7
# From the space to the Z: each letter as five columns from the left, the lowest bit on top.
_COLUMNS = bytes.fromhex(
    "000000000000005f00000007000700147f147f14242a7f2a12231308646236495620500008070300001c224100004122"
    "1c002a1c7f1c2a08083e080800807030000808080808000060600020100804023e5149453e00427f4000724949494621"
    "41494d331814127f1027454545393c4a49493141211109073649494936464949291e0000140000004034000000081422"
    "411414141414004122140802015909063e415d594e7c1211127c7f494949363e414141227f4141413e7f494949417f09"
    "0909013e414151737f0808087f00417f41002040413f017f081422417f404040407f021c027f7f0408107f3e4141413e"
    "7f090909063e4151215e7f09192946264949493203017f01033f4040403f1f2040201f3f4038403f6314081463030478"
    "04036159494d43"
)
_FIRST, _LAST = " ", "Z"


def rows(text: str) -> list[list[bool]]:
    """The dots of a line of text, row by row, a dot between letters. What is not ASCII is left out."""
    columns: list[int] = []
    for letter in text.upper():
        if _FIRST <= letter <= _LAST:
            start = (ord(letter) - ord(_FIRST)) * WIDTH
            columns += [*_COLUMNS[start : start + WIDTH], 0]
    return [[bool(column >> row & 1) for column in columns[:-1]] for row in range(HEIGHT)]
