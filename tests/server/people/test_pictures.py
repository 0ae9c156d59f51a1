from server import clock
from server.people.pictures import address_of_picture
from server.people.tables import PersonRow


def test_a_persons_own_picture_comes_first() -> None:
    person = PersonRow(id="p", name="Ben", created_at=clock.now())
    assert address_of_picture(person) is None
    person.picture = "1F98A"
    assert address_of_picture(person) == "/pictures/1F98A.svg"
    person.upload_id = "u1"
    assert address_of_picture(person) == "/faces/u1"
