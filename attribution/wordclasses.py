"""Closed word classes of English, weekdays and forms of address."""

from __future__ import annotations

__all__ = [
    "AUXILIARIES",
    "BE",
    "DEFINITE",
    "DETERMINERS",
    "HEARSAY",
    "HEARSAY_ADVERBS",
    "HERS",
    "HIS",
    "INDEFINITE",
    "LINKING",
    "LINKS",
    "POSSESSIVE",
    "POSTNOMINALS",
    "PREPOSITIONS",
    "PRONOUNS",
    "RANKS",
    "RECEIVING",
    "TITLES",
    "WEEKDAYS",
]

#: Pronouns with the number of their class.
PRONOUNS = {
    word: group
    for group, words in enumerate(
        (
            "he him his himself",
            "she her hers herself",
            "they them their themselves",
            "it its itself",
            "i me my mine myself",
            "we us our ours ourselves",
            "you your yours yourself",
            "who whom whose which that",
        ),
    )
    for word in words.split()
}
PREPOSITIONS = frozenset("of for to by from with at in on near against".split())
#: All words that lead on to a noun, and so end no phrase; some of them are adverbs in a clause.
LINKING = PREPOSITIONS | frozenset(
    "during after before since about into over under between among per via until through within "
    "without across behind despite upon onto".split()
)
POSSESSIVE = frozenset(("'s", "’s"))
LINKS = frozenset(("and", "or"))
DEFINITE = frozenset("the this that these those his her its their my our your both".split())
INDEFINITE = frozenset(
    "a an one another some many most several few other others two three four five six all any "
    "each every no more".split()
)
DETERMINERS = frozenset("a an the".split())
#: Capitalised, and no part of the name they stand behind: "said Ada Roe Tuesday".
WEEKDAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
#: Forms of address, no part of a name.
TITLES = frozenset("mr mrs ms miss mx dr sir dame lord lady".split())
#: Short forms of office in front of a name: no part of it, but of the person's role.
RANKS = frozenset("cllr councillor prof sen rep gov rev adv".split())
#: What stands behind a name and is no part of it.
POSTNOMINALS = frozenset("KC QC SC MP MEP MSP MD PhD Ph.D OBE MBE CBE".split())
#: Forms of address and nouns that say "he" or "she" of a person.
HIS = frozenset(
    "mr sir lord man boy guy husband widower father brother son grandfather grandson uncle nephew "
    "spokesman chairman businessman congressman councilman alderman policeman fireman king prince "
    "duke".split()
)
HERS = frozenset(
    "mrs ms miss lady dame woman girl wife widow mother sister daughter grandmother granddaughter "
    "aunt niece spokeswoman chairwoman businesswoman congresswoman councilwoman policewoman "
    "actress queen princess duchess".split()
)
#: Forms of "be", and what is "said" of somebody without anybody who says it.
BE = frozenset("is are was were be been being".split())
HEARSAY = frozenset(
    "said thought believed feared understood alleged reported rumoured rumored expected presumed "
    "assumed considered claimed deemed suspected".split()
)
#: Participles behind a form of "be" whose subject hears what somebody else says.
RECEIVING = frozenset(
    "told asked warned informed promised advised assured notified briefed reminded instructed "
    "urged ordered questioned pressed accused offered".split()
)
#: What may stand between a subject and its participle, besides "be" and adverbs in "-ly".
AUXILIARIES = frozenset(
    "has have had having not n't never ever also once often sometimes even only already just now "
    "again later then always yet still long twice to will would may might can could should must "
    "get gets got".split()
)
HEARSAY_ADVERBS = frozenset(
    "reportedly allegedly apparently seemingly presumably supposedly purportedly reputedly".split()
)
