Feature: Giving money back
  An organizer gives back what was paid: all of it, that of some tickets, or an amount. Tickets that
  are paid back admit nobody any more, and nobody gets more than was paid.

  Background:
    Given these tickets are on sale:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 10     |
      | Student  | 12.50 EUR | 10     |
    And Ada buys 2 Standing and 1 Student

  Scenario: The whole order
    When Olga refunds Ada's order
    Then Ada's order is refunded
    And Ada was given back 62.50 EUR
    And all of Ada's tickets are void
    And 10 Standing tickets are left
    And the books of Ada's order are closed

  Scenario: One ticket
    When Olga refunds 1 Standing ticket of Ada's order
    Then Ada's order is partially refunded
    And Ada was given back 25.00 EUR
    And 1 of Ada's tickets is void
    And 9 Standing tickets are left

  Scenario: One ticket after the other, up to the last
    When Olga refunds 2 Standing tickets of Ada's order
    And Olga refunds 1 Student ticket of Ada's order
    Then Ada's order is refunded
    And Ada was given back 62.50 EUR
    And all of Ada's tickets are void
    When Olga refunds Ada's order
    Then it is refused because the order cannot be refunded

  Scenario: An amount, because the beer was warm
    When Olga refunds 10.00 EUR of Ada's order
    Then Ada's order is partially refunded
    And Ada was given back 10.00 EUR
    And Ada has 2 Standing and 1 Student ticket
    And 8 Standing tickets are left

  Scenario: What is left after an amount
    Given Olga refunds 10.00 EUR of Ada's order
    When Olga refunds Ada's order
    Then Ada's order is refunded
    And Ada was given back 62.50 EUR
    And all of Ada's tickets are void

  Scenario: The places are not sold again
    When Olga refunds Ada's order and keeps the places
    Then Ada's order is refunded
    And all of Ada's tickets are void
    And 8 Standing tickets are left

  Scenario: Nobody gets more than was paid
    When Olga refunds 62.51 EUR of Ada's order
    Then it is refused because it is more than is left
    When Olga refunds 0.00 EUR of Ada's order
    Then it is refused because something is wrong with the request
    And the refusal points at "amount.amount"
    And Ada has paid 62.50 EUR in the end

  Scenario: A ticket is paid back once
    Given Olga refunds 1 Student ticket of Ada's order
    When Olga refunds the same ticket again
    Then it is refused because a ticket cannot be refunded
    And Ada has paid 50.00 EUR in the end

  Scenario: A refund that is sent twice gives the money back once
    Given Olga refunds 1 Standing ticket of Ada's order
    When Olga sends that request again through the other face
    Then the answer is the same as before
    And Ada was given back 25.00 EUR
    And Ada's order is partially refunded

  Scenario: A refused refund stays refused under its key
    When Olga refunds 62.51 EUR of Ada's order
    Then it is refused because it is more than is left
    When Olga sends that request again through the other face
    Then it is refused because it is more than is left

  Scenario: Buyers do not serve themselves
    When Ada refunds Ada's order
    Then it is refused because there is no such order
    When Ben refunds Ada's order
    Then it is refused because there is no such order
    And Ada has paid 62.50 EUR in the end

  Scenario: Buyers see what they were given back
    Given Olga refunds 1 Standing ticket of Ada's order
    When Ada lists the refunds of the order
    Then Ada sees refunds of 25.00 EUR
    When Ben looks at the refunds of Ada's order
    Then it is refused because there is no such order

  Scenario: The event is called off
    Given Ben buys 3 Standing
    When Olga cancels the event
    Then Ada's order is refunded
    And Ben's order is refunded
    And Ada has paid nothing in the end
    And Ben was given back 75.00 EUR
    And all of Ada's tickets are void
    And all of Ben's tickets are void
