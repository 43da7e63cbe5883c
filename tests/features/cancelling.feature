Feature: Cancelling
  Until money was taken, a buyer or the organizer may cancel an order; the organizer may end the
  sale, or call off the event.

  Background:
    Given these tickets are on sale:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 3      |

  Scenario: A buyer cancels an order that is not paid
    Given Ada holds 2 Standing
    And Ada checks out
    When Ada cancels the order
    Then Ada's order is cancelled
    And Ada's hold is released
    And 3 Standing tickets are left
    When Ada pays
    Then it is refused because the order cannot be paid

  Scenario: The organizer cancels a buyer's order
    Given Ada holds 2 Standing
    And Ada checks out
    When Olga cancels Ada's order
    Then Ada's order is cancelled
    And 3 Standing tickets are left

  Scenario: While the bank waits for the buyer's confirmation
    Given Ada holds 2 Standing
    And Ada checks out
    And Ada pays with a card that asks for a confirmation
    When Ada cancels the order
    Then Ada's order is cancelled
    And Ada's payment is over
    And Ada has paid nothing in the end

  Scenario: A paid order is not cancelled
    Given Ada buys 2 Standing
    When Ada cancels the order
    Then it is refused because the order cannot be cancelled
    And Ada has 2 Standing tickets

  Scenario: An order is cancelled once
    Given Ada holds 2 Standing
    And Ada checks out
    And Ada cancels the order
    When Ada cancels the order
    Then it is refused because the order cannot be cancelled
    And 3 Standing tickets are left

  Scenario: The sale ends, but who holds tickets may still buy them
    Given Ada holds 2 Standing
    When Olga closes the event
    And Ben holds 1 Standing
    Then it is refused because the event is not on sale
    When Ada checks out
    And Ada pays
    Then Ada's order is confirmed

  Scenario: The event is called off, and nothing more is sold
    Given Ada holds 2 Standing
    When Olga cancels the event
    And Ada checks out
    Then it is refused because the event is not on sale
    When Ben holds 1 Standing
    Then it is refused because the event is not on sale

  Scenario: The event is called off between checking out and paying
    Given Ada holds 2 Standing
    And Ada checks out
    When Olga cancels the event
    And Ada pays
    Then it is refused because the event is not on sale
    And Ada has paid nothing in the end

  Scenario: What is called off stays called off
    Given Olga cancels the event
    When Olga publishes the event
    Then it is refused because the event's state does not allow it
    When Olga cancels the event
    Then it is refused because the event's state does not allow it
