Feature: What a machine should not decide alone
  When money does not go where it should, a person is told what happened and what can be done.

  Background:
    Given these tickets are on sale:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 10     |
    And Ada holds 2 Standing
    And Ada checks out

  Scenario: The bank does not take the money back
    Given Ada pays with a card that takes nothing back
    And Ada's order is confirmed
    When Olga refunds Ada's order
    And the bank makes up its mind
    Then Olga is asked about a failed refund
    And Ada's order is confirmed
    And all of Ada's tickets are void
    When Olga says that it was done by hand
    Then Ada's order is refunded
    And Olga is asked nothing

  Scenario: Trying once more is a refund of its own
    Given Ada pays with a card that takes nothing back
    And Ada's order is confirmed
    And Olga refunds Ada's order
    And the bank makes up its mind
    And Olga is asked about a failed refund
    When Olga says that it should be tried once more
    Then Ada sees refunds of 50.00 EUR and 50.00 EUR

  Scenario: One decides once
    Given Ada pays with a card that takes nothing back
    And Ada's order is confirmed
    And Olga refunds Ada's order
    And the bank makes up its mind
    And Olga is asked about a failed refund
    When Olga says that nothing is to be done
    Then Olga is asked nothing
    When Olga says that it was done by hand
    Then it is refused because somebody has decided already

  Scenario: It is nobody else's business
    Given Ada pays with a card that takes nothing back
    And Ada's order is confirmed
    And Olga refunds Ada's order
    And the bank makes up its mind
    And Olga is asked about a failed refund
    When Ada says that it was done by hand
    Then it is refused because there is no such item
    When Ben looks for what needs attention
    Then it is refused because there is no such organizer

  Scenario: The buyer claims the money back at her bank
    Given Ada pays with a card whose owner complains
    And Ada's order is confirmed
    When the bank makes up its mind
    Then Ada's tickets are disputed
    And Olga is asked about a dispute

  Scenario: The books of a quiet shop
    When Olga looks at her books
    Then the books show nothing at all

  Scenario: The books of a shop that sells
    Given Ada pays
    And Ada's order is confirmed
    And Olga refunds 10.00 EUR of Ada's order
    When Olga looks at her books
    Then the books show 40.00 EUR at the bank
    And the books show no difference

  Scenario: The books are the organizer's
    When Ada looks at Olga's books
    Then it is refused because there is no such organizer
