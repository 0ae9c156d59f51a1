from server.people.tokens import hash_of, new_token


def test_a_token_stands_in_an_address_as_it_is() -> None:
    token = new_token()
    assert len(token.secret) == 43
    assert set(token.secret) <= set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
    )


def test_only_the_hash_is_kept_and_it_is_found_again() -> None:
    token = new_token()
    assert token.hash == hash_of(token.secret)
    assert token.secret not in token.hash
    assert len(token.hash) == 64


def test_no_two_tokens_are_the_same() -> None:
    assert len({new_token().secret for _ in range(100)}) == 100


def test_any_text_has_a_hash() -> None:
    assert len(hash_of("")) == len(hash_of("\ud800")) == len(hash_of("ŵ")) == 64
