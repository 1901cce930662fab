"""The contract files that ship: that they are the vendor's cut down to what is used, and hold no sentence of it."""

from __future__ import annotations

from typing import Final

import pytest
from lxml import etree

from finago_assets.apis.finago_soap.contract import ON_OTHER_HOST, SERVICE_PATHS, Service, contract_of, source_of
from scripts.soap_contracts import USED, cut
from tests.reference import REFERENCE

PUBLISHED: Final = REFERENCE / "soap"
WORDY: Final = b"""<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:tns="urn:ships"
  xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:s="http://www.w3.org/2001/XMLSchema"
  targetNamespace="urn:ships">
 <!-- ships -->
 <wsdl:types><s:schema targetNamespace="urn:ships">
  <s:element name="Sail">
   <s:complexType><s:sequence><s:element name="ship" type="tns:Ship"/></s:sequence></s:complexType>
  </s:element>
  <s:element name="SailResponse"><s:complexType/></s:element>
  <s:element name="Sink"><s:complexType/></s:element>
  <s:element name="SinkResponse"><s:complexType/></s:element>
  <s:complexType name="Ship"><s:annotation><s:documentation>Any ship.</s:documentation></s:annotation>
   <s:complexContent><s:extension base="tns:Vessel"/></s:complexContent></s:complexType>
  <s:complexType name="Vessel"/><s:complexType name="Whale"/>
 </s:schema></wsdl:types>
 <wsdl:message name="SailSoapIn"/><wsdl:message name="SailSoapOut"/><wsdl:message name="SinkSoapIn"/>
 <wsdl:portType name="ShipsSoap">
  <wsdl:operation name="Sail"><wsdl:documentation>Sails it.</wsdl:documentation></wsdl:operation>
  <wsdl:operation name="Sink"/>
 </wsdl:portType>
 <wsdl:binding name="ShipsSoap"><wsdl:operation name="Sail"/><wsdl:operation name="Sink"/></wsdl:binding>
 <wsdl:binding name="ShipsSoap12"/>
 <wsdl:service name="Ships">
  <wsdl:port name="ShipsSoap" binding="tns:ShipsSoap"><soap:address location="https://ships.example.test/"/></wsdl:port>
  <wsdl:port name="ShipsSoap12" binding="tns:ShipsSoap12"/>
 </wsdl:service>
</wsdl:definitions>"""


def test_a_contract_is_cut_to_what_its_operations_reach_and_loses_every_sentence() -> None:
    made = etree.fromstring(cut(WORDY, ["Sail"]))
    assert [one.get("name") for one in made.iter() if one.get("name")] == [
        *("Sail", "ship", "SailResponse", "Ship", "Vessel"),
        *("SailSoapIn", "SailSoapOut", "ShipsSoap", "Sail", "ShipsSoap", "Sail", "Ships", "ShipsSoap"),
    ]
    assert "".join(made.itertext()).strip() == ""


@pytest.mark.parametrize("service", Service)
def test_what_ships_is_the_vendors_contract_for_the_operations_that_are_used(service: Service) -> None:
    assert set(contract_of(service).operations) == set(USED[service])
    published = PUBLISHED / f"{service}.wsdl"
    if not published.exists():
        pytest.skip("the vendor's contract files are not beside this checkout")
    assert source_of(service) == cut(published.read_bytes(), USED[service])


@pytest.mark.parametrize("service", Service)
def test_what_ships_holds_no_words_and_names_where_the_service_is(service: Service) -> None:
    made = etree.fromstring(source_of(service))
    assert "".join(made.itertext()).strip() == ""
    (place,) = made.iter("{http://schemas.xmlsoap.org/wsdl/soap/}address")
    host = "webservices" if service in ON_OTHER_HOST else "api"
    assert place.get("location") == f"https://{host}.24sevenoffice.com{SERVICE_PATHS[service]}"
