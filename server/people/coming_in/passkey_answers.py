"""What a device answers that keeps a key of a person: read, and checked against what was asked.

The key is a passkey (W3C Web Authentication, level 3). The device signs a challenge of ours, and
tells for which site; py_webauthn checks the signature. Whatever else it cannot read is damaged.
"""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import (
    options_to_json_dict,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    RegistrationCredential,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from server import logs
from server.errors import DamagedPasskey, PasskeyCopied, WrongOrigin
from server.settings import Settings

log = logs.logger(__name__)

NAME = "Our Charter"
CHALLENGE_SECONDS: Final = 300
# An answer of a device is about 1,000 characters long; with a certificate, a few thousand.
MOST_CHARACTERS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Site:
    """For which site keys are made, and the origins of its pages."""

    rp_id: str
    origins: list[str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page sent of a device's answer, to this challenge, on this site."""

    text: str
    challenge: bytes
    site: Site


def site_of(settings: Settings, host: str | None) -> Site:
    """The site of our public address.

    Where none is set, which is so in development, the host that was asked for is as good, if it is
    the same machine at another port.
    """
    address = urlsplit(settings.address)
    rp_id = address.hostname or "localhost"
    origins = [f"{address.scheme}://{address.netloc}"]
    if settings.public_url is None and host is not None and _name_of(host) == rp_id:
        origins.append(f"{address.scheme}://{host}")
    return Site(rp_id, origins)


def ask_for_new(
    site: Site, challenge: bytes, person_id: str, name: str, known: list[bytes]
) -> dict[str, Any]:
    """What a page asks the device for, to make a key; `known`: of these it makes no second one."""
    options: dict[str, Any] = options_to_json_dict(
        generate_registration_options(
            rp_id=site.rp_id,
            rp_name=NAME,
            user_id=person_id.encode(),
            user_name=name,
            user_display_name=name,
            challenge=challenge,
            timeout=CHALLENGE_SECONDS * 1000,
            exclude_credentials=[PublicKeyCredentialDescriptor(id=key) for key in known],
            authenticator_selection=AuthenticatorSelectionCriteria(
                # The key itself knows whose it is: nobody is asked for a name.
                resident_key=ResidentKeyRequirement.REQUIRED,
                require_resident_key=True,
                user_verification=UserVerificationRequirement.PREFERRED,
            ),
        )
    )
    return options


def ask_for_known(site: Site, challenge: bytes) -> dict[str, Any]:
    """What a page asks the device for, to come in with any key that it has for us."""
    options: dict[str, Any] = options_to_json_dict(
        generate_authentication_options(
            rp_id=site.rp_id,
            challenge=challenge,
            timeout=CHALLENGE_SECONDS * 1000,
            user_verification=UserVerificationRequirement.PREFERRED,
        )
    )
    return options


def read_new(answer: Answer) -> RegistrationCredential:
    """A new key, as the page sent it. Raises DamagedPasskey."""
    try:
        return parse_registration_credential_json(_short(answer.text))
    except Exception as error:
        raise _damaged(error) from error


def read_known(answer: Answer) -> AuthenticationCredential:
    """A signature of a key, as the page sent it. Raises DamagedPasskey."""
    try:
        return parse_authentication_credential_json(_short(answer.text))
    except Exception as error:
        raise _damaged(error) from error


def check_new(credential: RegistrationCredential, answer: Answer) -> VerifiedRegistration:
    """The key, if it answers this challenge on this site. Raises WrongOrigin, DamagedPasskey."""
    _check_origin(credential.response.client_data_json, answer.site)
    try:
        return verify_registration_response(
            credential=credential,
            expected_challenge=answer.challenge,
            expected_rp_id=answer.site.rp_id,
            expected_origin=answer.site.origins,
        )
    except Exception as error:
        raise _damaged(error) from error


def check_known(
    credential: AuthenticationCredential,
    answer: Answer,
    public_key: bytes,
    sign_count: int,
) -> VerifiedAuthentication:
    """The signature, if this key made it for this challenge on this site.

    Raises WrongOrigin, DamagedPasskey; and PasskeyCopied when the key has signed fewer times than
    we know of (`sign_count`): then there are two of it. Many keys never count, and say 0.
    """
    _check_origin(credential.response.client_data_json, answer.site)
    try:
        checked = verify_authentication_response(
            credential=credential,
            expected_challenge=answer.challenge,
            expected_rp_id=answer.site.rp_id,
            expected_origin=answer.site.origins,
            credential_public_key=public_key,
            # Looked at below: a copied key is told from a damaged answer.
            credential_current_sign_count=0,
        )
    except Exception as error:
        raise _damaged(error) from error
    if not counts_on(sign_count, checked.new_sign_count):
        log.warning("passkey_copied", known=sign_count, told=checked.new_sign_count)
        raise PasskeyCopied
    return checked


def counts_on(known: int, told: int) -> bool:
    """Whether a key that had signed `known` times may now say `told`."""
    return told > known or known == told == 0


def _check_origin(client_data: bytes, site: Site) -> None:
    try:
        told = parse_client_data_json(client_data)
    except Exception as error:
        raise _damaged(error) from error
    if told.origin not in site.origins or told.cross_origin:
        raise WrongOrigin


def _short(text: str) -> str:
    if len(text) > MOST_CHARACTERS:
        raise DamagedPasskey
    return text


def _damaged(error: Exception) -> DamagedPasskey:
    # Its message may hold what was sent.
    log.info("passkey_damaged", error=type(error).__name__)
    return DamagedPasskey()


def _name_of(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
