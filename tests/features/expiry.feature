Feature: Time runs out
  Tickets are kept for a few minutes only. Whoever comes too late loses them, at once and for sure.

  Background:
    Given these tickets are on sale:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 2      |

  Scenario: A hold ends when its time is over
    Given Ada holds 2 Standing
    When 6 minutes pass
    Then Ada's hold is expired
    And 2 Standing tickets are left

  Scenario: Others get the tickets the moment the time is over
    Given Ada holds 2 Standing
    When 6 minutes pass
    And Ben holds 2 Standing
    Then Ben's hold is active

  Scenario: An expired hold is worth nothing any more
    Given Ada holds 2 Standing
    When 6 minutes pass
    And Ada checks out
    Then it is refused because the hold has expired
    When Ada keeps the hold longer
    Then it is refused because the hold has expired
    When Ada gives the hold back
    Then it is refused because the hold has expired

  Scenario: A hold can be kept longer
    Given Ada holds 2 Standing
    When 4 minutes pass
    And Ada keeps the hold longer
    And 4 minutes pass
    Then Ada's hold is active
    When 2 minutes pass
    Then Ada's hold is expired

  Scenario: But not for ever
    Given Ada holds 2 Standing
    When Ada keeps the hold longer every 2 minutes until it is refused
    Then it is refused because it cannot be kept any longer
    And Ada's hold ends 30 minutes after it began

  Scenario: An order that nobody pays ends with its hold
    Given Ada holds 2 Standing
    And Ada checks out
    When 6 minutes pass
    Then Ada's order is expired
    And 2 Standing tickets are left
    When Ada pays
    Then it is refused because the order cannot be paid

  Scenario: Keeping the hold longer keeps its order, too
    Given Ada holds 2 Standing
    And Ada checks out
    When 4 minutes pass
    And Ada keeps the hold longer
    And 4 minutes pass
    And Ada pays
    Then Ada's order is confirmed

  Scenario: Who has begun to pay gets more time, once
    Given Ada holds 2 Standing
    And Ada checks out
    And 4 minutes pass
    When Ada pays with a card that asks for a confirmation
    And 9 minutes pass
    Then Ada's order is waiting for payment
    And 0 Standing tickets are left
    When 2 minutes pass
    Then Ada's order is expired
    And 2 Standing tickets are left
    And Ada has paid nothing in the end
