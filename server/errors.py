"""Every refusal the server knows: a type with one plain sentence, an HTTP status and a close code.

Anything that is not a Refusal is a bug: logged with its request id and shown as `SORRY`.
"""

from enum import IntEnum

SORRY = "Something went wrong on our side. Nothing you wrote is lost."


class CloseCode(IntEnum):
    """WebSocket close codes. At 4400 to 4499 stock y-websocket stops retrying."""

    MALFORMED = 4400
    NOT_SIGNED_IN = 4401
    READ_ONLY = 4403
    UNKNOWN_CHARTER = 4404
    OTHERS_CLIENT_ID = 4409
    OLD_GENERATION = 4410
    FRAME_TOO_LARGE = 4413
    DOCUMENT_FULL = 4414
    DAMAGED_UPDATE = 4422
    OLD_SCHEMA = 4426
    MAY_NOT = 4430
    HELP_ENDED = 4431
    HELP_BEGAN = 4432
    TROUBLE = 4500
    TOO_SLOW = 4508
    GAP = 4509
    TOO_FAST = 4529
    SERVICE_RESTART = 1012


class Refusal(Exception):  # noqa: N818 -- a refusal is an answer, not an error of ours
    """Something was asked that cannot be done; `sentence` says what happened and what to do."""

    status: int = 400
    close: CloseCode = CloseCode.MALFORMED
    sentence: str = "We could not do that. Please try again."

    def __init__(self, sentence: str | None = None) -> None:
        if sentence is not None:
            self.sentence = sentence
        super().__init__(self.sentence)

    @property
    def kind(self) -> str:
        """The name of this refusal in logs and metrics."""
        return type(self).__name__


# Who and what


class NotSignedIn(Refusal):
    status = 401
    close = CloseCode.NOT_SIGNED_IN
    sentence = "You are not signed in. Open your link and press Come in."


class MayNot(Refusal):
    status = 403
    close = CloseCode.MAY_NOT
    sentence = "This is only for people in the group. Ask an organiser."


class ReadOnly(Refusal):
    status = 403
    close = CloseCode.READ_ONLY
    sentence = "You can read this, but not change it."


class UnknownCharter(Refusal):
    status = 404
    close = CloseCode.UNKNOWN_CHARTER
    sentence = "We do not know this Charter. Check the link."


class UnknownStatement(Refusal):
    status = 404
    sentence = "This statement is not in the Charter any more."


class UnknownPage(Refusal):
    status = 404
    close = CloseCode.UNKNOWN_CHARTER
    sentence = "We do not know this page. Check the link."


class UnknownGroup(Refusal):
    status = 404
    sentence = "We do not know this group. Check the name."


class UnknownPerson(Refusal):
    status = 404
    sentence = "We do not know this person. Check the name."


class NotInTheGroup(Refusal):
    status = 404
    sentence = "This person is not in the group any more."


class LastOrganiser(Refusal):
    status = 409
    sentence = "A group needs an organiser. Make somebody else an organiser first."


class OrganisersAreIn(Refusal):
    status = 409
    sentence = "This group has an organiser now. Ask them to invite people."


# Keys that a device keeps


class UnknownPasskey(Refusal):
    status = 404
    sentence = "We do not know this key. Come in with your card, or ask an organiser."


class PasskeyTooLate(Refusal):
    status = 410
    sentence = "That took too long. Please try again."


class DamagedPasskey(Refusal):
    status = 422
    sentence = "We could not read what your device sent. Please try again."


class PasskeyCopied(Refusal):
    status = 409
    sentence = "This key may be a copy. Come in with your card."


class PasskeyKnown(Refusal):
    status = 409
    sentence = "This key is in use already. Make another one."


class TooManyPasskeys(Refusal):
    status = 409
    sentence = "You have many keys. Take one away first."


class NotOnSharedDevice(Refusal):
    status = 409
    sentence = "Other people use this device too. Make your key on your own device."


class UnknownDevice(Refusal):
    status = 404
    sentence = "You are not signed in on this device any more."


class WrongOrigin(Refusal):
    status = 403
    close = CloseCode.MAY_NOT
    sentence = "This came from another website, so we did not take it."


class FormExpired(Refusal):
    status = 403
    sentence = "This page was open too long. Load it again and press the button again."


class InvitationExpired(Refusal):
    status = 410
    sentence = "This link is too old. Ask for a new one."


class InvitationUsed(Refusal):
    status = 410
    sentence = "This link was used before. Ask for a new one."


class InvitationRevoked(Refusal):
    status = 410
    sentence = "This card does not work any more. Ask for a new one."


class AnswersThemselves(Refusal):
    """A supporter came to what only the person can answer; `name` is theirs."""

    status = 403
    close = CloseCode.MAY_NOT
    sentence = "Only the person can answer this. Stop helping first, to answer for yourself."

    def __init__(self, name: str | None = None) -> None:
        known = f"Only {name} can answer this. Stop helping first, to answer for yourself."
        super().__init__(known if name else None)


class HelpEnded(Refusal):
    status = 409
    close = CloseCode.HELP_ENDED
    sentence = "Your help has ended. Load the page again to go on as yourself."


class HelpBegan(Refusal):
    status = 409
    close = CloseCode.HELP_BEGAN
    sentence = "You help somebody now. Load the page again to write with them."


class NotYourSupporter(Refusal):
    status = 409
    sentence = "You can only choose somebody who is in a group with you."


class UnknownSupport(Refusal):
    status = 404
    sentence = "This help has ended, or nobody asked for it."


class OnlyHere(Refusal):
    """Somebody who is in several groups came in by the card of one, which vouches there alone."""

    status = 403
    sentence = "A card cannot do this. Come in with your key or e-mail."


class UnknownInvitation(Refusal):
    status = 404
    sentence = "We do not know this link. Check it, or ask for a new one."


class TooManyTries(Refusal):
    """Somebody tried the same too often; `wait` is in how many seconds they may go on."""

    status = 429
    sentence = "That was too often for now. Wait a few minutes, then try again."

    def __init__(self, wait: int = 60) -> None:
        self.wait = wait
        super().__init__()


class UnknownCode(Refusal):
    status = 404
    sentence = "We do not know this code. Look at your card again."


class NameTakenHere(Refusal):
    """Who comes in by a card for anybody cannot be somebody who is there already."""

    status = 409
    sentence = "Somebody here has this name. Please add something, like Ben B."


class NotFilledIn(Refusal):
    status = 422
    sentence = "Something is missing. Please fill it in."


class WrongField(NotFilledIn):
    """Something in a form has to be mended; `field` says where."""

    sentence = "Please check what you wrote."

    def __init__(self, sentence: str | None = None, field: str = "") -> None:
        self.field = field
        super().__init__(sentence)


class SameVersion(Refusal):
    status = 422
    sentence = "You chose the same one twice. Choose another one."


# My page


class NotAPicture(Refusal):
    status = 415
    sentence = "We could not read this picture. Use a JPEG, PNG, WebP or GIF."


class PictureTooLarge(Refusal):
    status = 413
    sentence = "This picture is too big. Use a smaller one, up to 12 MB."


class TooManyPictures(Refusal):
    status = 503
    sentence = "Many people send pictures just now. Try again in a minute."


class UnknownPicture(Refusal):
    status = 422
    sentence = "We do not have this picture. Choose another one."


class NotWhileHelping(Refusal):
    status = 409
    sentence = "You are helping somebody now. Stop helping first."


class NotDeletedYet(Refusal):
    """Something went wrong when some of a person's words were forgotten already."""

    status = 503
    sentence = "Some of your words are gone. You are still here. Press again."


# Forgetting earlier words for good


class StillSaid(Refusal):
    status = 409
    sentence = "The Charter says these words now. Change them first."


class NothingChosen(Refusal):
    status = 422
    sentence = "Please choose the words that we shall forget."


# Keeping safe


class NothingToReport(Refusal):
    status = 404
    sentence = "We did not find this. Somebody may have changed it."


class UnknownReport(Refusal):
    status = 404
    sentence = "We do not know this report. Check the link."


class ReportClosed(Refusal):
    status = 409
    sentence = "This report has its answer. Load the page again."


class NothingToHide(Refusal):
    status = 409
    sentence = "There are no words here to hide."


class AlreadyHidden(Refusal):
    status = 409
    sentence = "These words are hidden. Look at the Charter again."


class UnknownHiding(Refusal):
    status = 404
    sentence = "We do not know these hidden words. Check the link."


class ShownAlready(Refusal):
    status = 409
    sentence = "These words are not hidden any more. Load the page again."


class NameIsHidden(Refusal):
    status = 409
    sentence = "Your group has hidden this name. Please choose another one."


# What arrives on a live socket


class BeingWritten(Refusal):
    """Somebody is writing just where something was to be changed from outside; `name` says who."""

    status = 409
    close = CloseCode.TROUBLE
    sentence = "Somebody is writing here now. Wait until they have stopped."

    def __init__(self, name: str | None = None) -> None:
        self.name = name
        known = f"{name} is writing here now. Wait until {name} has stopped."
        super().__init__(known if name else None)


class Malformed(Refusal):
    sentence = "We could not read what this page sent. Load the page again."


class UnknownMessage(Malformed):
    sentence = "We do not know this kind of message."


class FrameTooLarge(Refusal):
    status = 413
    close = CloseCode.FRAME_TOO_LARGE
    sentence = "That was too much at once. Copy your words and add them in parts."


class DamagedUpdate(Refusal):
    status = 422
    close = CloseCode.DAMAGED_UPDATE
    sentence = "This change was damaged, so we did not take it."


class HostileUpdate(DamagedUpdate):
    sentence = "This change holds something no Charter has, so we did not take it."


class DocumentFull(Refusal):
    status = 413
    close = CloseCode.DOCUMENT_FULL
    sentence = "This Charter is full. Take something out first."


class OthersClientId(Refusal):
    status = 409
    close = CloseCode.OTHERS_CLIENT_ID
    sentence = "This change bears another person's mark. Load the page again."


class OldGeneration(Refusal):
    status = 410
    close = CloseCode.OLD_GENERATION
    sentence = "This Charter was set right. Load the page again."


class OldSchema(Refusal):
    status = 426
    close = CloseCode.OLD_SCHEMA
    sentence = "This page is older than the Charter. Load the page again."


class Gap(Refusal):
    status = 409
    close = CloseCode.GAP
    sentence = "A part of your change did not reach us. We try again."


class TooFast(Refusal):
    status = 429
    close = CloseCode.TOO_FAST
    sentence = "Too much came too fast. We try again in a moment."


class TooSlow(Refusal):
    status = 408
    close = CloseCode.TOO_SLOW
    sentence = "Your internet is too slow just now. We try again in a moment."


class Trouble(Refusal):
    status = 503
    close = CloseCode.TROUBLE
    sentence = "We cannot save just now. Your words are safe on your device."


class DiskFull(Trouble):
    status = 507
    sentence = "We have no space left, so we cannot save just now."


class Stopping(Refusal):
    status = 503
    close = CloseCode.SERVICE_RESTART
    sentence = "We are starting again. Your words are safe. Wait a moment."


# Editions


class UnknownEdition(Refusal):
    status = 404
    sentence = "We do not know this edition. Check the link."


class EmptyCharter(Refusal):
    status = 409
    sentence = "There is nothing to publish yet. Write a statement first."


class NothingNew(Refusal):
    status = 409
    sentence = "Nothing changed since the last edition. So there is nothing to publish."


class PublishedMeanwhile(Refusal):
    status = 409
    sentence = "Something changed before you pressed. Look again, then publish."


class NotAnEdition(Refusal):
    status = 422
    sentence = "We could not find an edition in this file."


class NotWhole(Refusal):
    status = 422
    sentence = "This file is not what was published."


# Our own versions


class NoVersion(Refusal):
    status = 404
    sentence = "This Charter was not made from another one."


class WordsChanged(Refusal):
    status = 409
    sentence = "These words changed while you looked. Look again, then press."


class NewerEdition(Refusal):
    status = 409
    sentence = "There is a newer edition now. Look at it, then press again."


class AnsweredAlready(Refusal):
    status = 409
    sentence = "Somebody has answered this. You can undo their answer."


# Sharing back


class UnknownOffer(Refusal):
    status = 404
    sentence = "We do not know these shared words. Check the link."


class NothingToShare(Refusal):
    status = 409
    sentence = "There is nothing different to share here."


class SharedAlready(Refusal):
    status = 409
    sentence = "You shared these words before."


class OfferOver(Refusal):
    status = 409
    sentence = "Somebody has taken or closed this. Look again."


class WordsRemoved(Refusal):
    status = 410
    sentence = "These words were taken away for good."


# What a worker found


class CannotOpen(Refusal):
    status = 503
    close = CloseCode.TROUBLE
    sentence = "We could not open this Charter just now. Please try again."


# Files and settings


class NotConfirmed(Refusal):
    status = 409
    sentence = "Nothing was made. Say --yes to make it as it is found."


class NotUtf8(Refusal):
    status = 415
    sentence = "This file is not plain text (UTF-8). Save it as UTF-8 text."


class FileTooBig(Refusal):
    status = 413
    sentence = "This file is too big for a Charter."


class UnknownEnding(Refusal):
    status = 415
    sentence = "We take Word files (.docx) and text files (.txt or .md)."


class NotWhatItSays(Refusal):
    status = 415
    sentence = "This file is not what its name says. Save it again."


class DamagedFile(Refusal):
    status = 422
    sentence = "We could not read this file. Save it again, and try again."


class NoText(Refusal):
    status = 422
    sentence = "We found no words in this file."


class UnreadableFile(Refusal):
    sentence = "We could not read this file. Check that it is there."


class SameIdTwice(Refusal):
    status = 422
    sentence = "Two statements in this file have the same id."


class NotACharter(Refusal):
    status = 422
    sentence = "We could not find a Charter in this file."


class NameTaken(Refusal):
    status = 409
    sentence = "This name is taken. Choose another."


class BadSetting(Refusal):
    sentence = "A setting is wrong."


class DataFolderInUse(Refusal):
    status = 409
    sentence = "Another server uses this data folder. Stop that one first."
