"""Words by which rules tell the names of people from others: titles, given names, and what things are named with."""

from __future__ import annotations

from bot import name_words

FULL_ROLES = {"gov": "governor", "sen": "senator", "rep": "representative", "pres": "president", "gen": "general"}
SHORT_ROLES = {full: rf"{short.capitalize()}\." for short, full in FULL_ROLES.items()}

HE_ROLES = frozenset(
    """
    mr sir lord king prince duke spokesman chairman congressman businessman assemblyman father imam pope
    """.split()
)
SHE_ROLES = frozenset(
    """
    mrs ms miss dame lady queen princess duchess spokeswoman chairwoman congresswoman actress businesswoman
    """.split()
)
ROLES = (
    HE_ROLES
    | SHE_ROLES
    | name_words.ROLES
    | frozenset(
        """
    chancellor senator representative lawmaker attorney justice prosecutor sheriff commissioner executive ceo
    quarterback pitcher forward midfielder goalkeeper defender actor singer rapper musician comedian writer
    author journalist reporter editor economist scientist researcher doctor physician surgeon general colonel
    lieutenant major detective bishop cardinal archbishop rabbi emperor diplomat candidate activist artist
    designer skater swimmer runner gymnast astronaut historian strategist adviser advisor aide speaker marshal
    admiral sergeant superintendent pilot engineer reverend chef boss rep sen gov gen dr prof col lt sgt capt
    rev supt pres
    """.split()
    )
)
# Frequent given names in the news, of one gender mostly; a name that is not here says nothing.
HE_NAMES = frozenset(
    """
    Aaron Abdul Abdullah Adam Adrian Ahmad Ahmed Al Alan Albert Alejandro Alexander Alexei Alfred Ali Allen Andre
    Andrei Andrew Andy Angelo Anthony Antonio Antony Arthur Barack Barry Ben Benjamin Bernard Bernie Bill Bob Bobby
    Boris Brad Bradley Brandon Brett Brian Bruce Bryan Calvin Carl Carlos Charles Charlie Chris Christian
    Christopher Chuck Clarence Colin Craig Daniel Danny Dave David Dennis Diego Dmitry Don Donald Doug Douglas
    Dwayne Earl Ed Eddie Edward Elijah Elon Emmanuel Emre Eric Erik Ernest Ethan Eugene Evan Felix Fernando Floyd
    Francisco Francois Frank Fred Frederick Gabriel Gareth Gary Gavin George Gerald Giovanni Glenn Gordon Graham
    Greg Gregory Guy Harold Harry Harvey Hassan Henry Herbert Howard Hugh Hussein Ian Ibrahim Igor Isaac Ivan Jack
    Jacob Jake James Jason Javier Jay Jean Jeff Jeffrey Jeremy Jerome Jerry Jim Jimmy Joe Joel Johan John Johnny Jon
    Jonathan Jorge Jose José Josef Joseph Josh Joshua Juan Julian Justin Karl Keith Ken Kenneth Kevin Kurt Kyle
    Larry Lars Lawrence Leo Leon Leonard Leonardo Lionel Louis Luca Lucas Luis Luke Magnus Manuel Marc Marco Marcus
    Mario Mark Martin Marvin Matt Matteo Matthew Max Mehmet Michael Miguel Mike Mitch Mohamed Mohammad Mohammed
    Muhammad Mustafa Nathan Neil Nicholas Nick Nicolas Nigel Nikita Noah Oliver Omar Omer Oscar Oleksandr Pablo
    Patrick Paul Pedro Pete Peter Phil Philip Phillip Pierre Rafael Ralph Ramon Randy Raul Ray Raymond Recep Richard
    Rick Ricky Rishi Rob Robert Roberto Rodrigo Roger Roland Ron Ronald Ross Roy Russell Ryan Salman Samuel Scott
    Sean Sebastian Sergei Sergey Sergio Seth Shane Simon Stanley Stefan Stephen Steve Steven Stuart Ted Terrence
    Theodore Thomas Tim Timothy Todd Tom Tommy Tony Travis Trevor Tyler Victor Viktor Vincent Vladimir Volodymyr
    Walter Warren Wayne William Xavier Yusuf Zachary
    """.split()
)
SHE_NAMES = frozenset(
    """
    Abigail Adele Aisha Alexandra Alexandria Alice Alicia Alison Allison Amanda Amber Amelia Amy Ana Andrea Angela
    Angelina Anita Ann Anna Anne Annie Ashley Barbara Beatrice Bella Beth Betty Beverly Billie Brenda Britney
    Caitlin Camilla Carla Carmen Carol Caroline Carolyn Catherine Cathy Charlotte Chelsea Cheryl Chloe Christina
    Christine Cindy Claire Clara Claudia Courtney Crystal Cynthia Dana Danielle Deborah Debra Denise Diana Diane
    Donna Doris Dorothy Eileen Elaine Eleanor Elena Elise Elizabeth Ella Ellen Emily Emma Erica Erin Esther Eva
    Evelyn Fatima Fiona Florence Frances Gabrielle Gina Gisele Giulia Gloria Grace Greta Hannah Heather Heidi Helen
    Hillary Holly Ida Ingrid Irene Isabel Isabella Ivanka Jacinda Jackie Jacqueline Jane Janet Janice Jean Jenna
    Jennifer Jenny Jessica Jill Joan Joanna Joyce Judith Judy Julia Julie Kamala Karen Karin Kate Katherine Kathleen
    Kathryn Kathy Katie Kayla Kelly Ketanji Kimberly Kirsten Kristen Laura Lauren Layla Leah Leila Leslie Lillian
    Linda Lindsey Lisa Liz Louise Lucia Lucy Lydia Lynn Madison Maggie Margaret Maria Marie Marilyn Martha Mary Maya
    Megan Meghan Melania Melissa Mia Michelle Molly Monica Nadia Nancy Naomi Natalia Natalie Nicola Nicole Nina Nora
    Olga Olivia Pamela Patricia Paula Penelope Phoebe Priscilla Rachel Rebecca Renee Rihanna Rita Rosa Rose Ruth
    Sabrina Sally Samantha Sandra Sara Sarah Serena Sharon Sheila Shirley Silvia Simone Sofia Sonia Sophia Sophie
    Stacey Stella Stephanie Susan Suzanne Svetlana Sylvia Tamara Tammy Tanya Teresa Theresa Tiffany Tina Ursula
    Valentina Valerie Vanessa Vera Veronica Victoria Violet Virginia Vivian Wendy Whitney Yvonne Zoe
    """.split()
)
# What begins a sentence with a capital, or stands before a name, and is no part of it.
OPENERS = (
    name_words.DAYS_AND_MONTHS
    | name_words.OPENERS
    | frozenset(
        """
    according again being despite earlier few finally first following former formerly given however i including
    indeed instead last late later like longtime meanwhile moreover never nor often out over perhaps rather
    recently second similarly sometimes soon speaking still thanks through throughout thus today together unlike
    within yet vice deputy acting interim star veteran fellow retired outgoing incoming
    """.split()
    )
)
# What the names of places, institutions and companies are made of, folded.
THINGS = name_words.BODIES | frozenset(
    """
    academy act administration africa air airport america american asia avenue award awards bay beach bill
    bridge broadcasting building business california canyon capitol carolina center central centre century
    championship championships church city coast college conference consumer corp county cup daily dakota day
    defence defense democratic democrats district east eastern education election energy england england's
    entertainment europe european fed federal festival fire florida force foreign france game games general
    global golden government grand great hall health herald high hill hollywood hospital independence industries
    intelligence interior international island islands israel japan journal jersey justice kingdom labour lake
    liberal library london los magazine mall markets massachusetts media medical memorial mexico middle military
    mount mountain museum music national nation network new news north northern nobel northwest oak ocean
    olympic olympics open pacific park policy post premier prize public radio red regional report republic
    republican republicans research river road royal russia saint san school science senator series services
    social south southeast southern special st state states stadium station store street studio studios summer
    super supreme system technology television texas thunder times today tower town treasury tribune trust
    turkey tv uk ukraine united us usa valley village virginia wall war washington week west western white
    winter women women's world year york zoo electric motors mills palace democrat hotel agreement treaty
    constitution amendment convention afghanistan argentina australia austria beijing belarus belgium berlin
    brazil britain canada chile china colombia cuba denmark egypt ethiopia finland germany greece hungary india
    indonesia iran iraq ireland italy kyiv lebanon moscow netherlands nigeria norway pakistan paris poland
    portugal qatar rome scotland spain sweden switzerland syria taiwan tokyo venezuela vietnam wales yemen
    chicago boston houston
    """.split()
)
