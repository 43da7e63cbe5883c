Feature: Paying
  Money is taken once, and only for tickets that are really there.

  Background:
    Given these tickets are on sale:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 10     |
      | Student  | 12.50 EUR | 10     |

  Scenario: From the hold to the tickets
    Given Ada holds 2 Standing and 1 Student
    When Ada checks out
    Then Ada's order is waiting for payment
    When Ada pays
    Then Ada's order is confirmed
    And Ada has 2 Standing and 1 Student ticket
    And Ada has paid 62.50 EUR in the end
    And Ada's hold is converted
    And 8 Standing tickets are left

  Scenario: The bank asks the buyer for a confirmation
    Given Ada holds 2 Standing
    And Ada checks out
    When Ada pays with a card that asks for a confirmation
    Then Ada's payment needs action
    And Ada's order is waiting for payment
    When Ada confirms at the bank
    Then Ada's order is confirmed
    And Ada has 2 Standing tickets
    And Ada has paid 50.00 EUR in the end

  Scenario: The bank takes its time
    Given Ada holds 2 Standing
    And Ada checks out
    When Ada pays with a slow bank
    Then Ada's payment is processing
    And Ada's order is waiting for payment
    When the bank says yes
    Then Ada's order is confirmed
    And Ada has paid 50.00 EUR in the end

  Scenario: The bank's answer is lost on the way
    Given Ada holds 2 Standing
    And Ada checks out
    When Ada pays with a bank whose answer gets lost
    Then Ada's order is confirmed
    And Ada has 2 Standing tickets
    And Ada has paid 50.00 EUR in the end

  Scenario: A bank without promises takes the money at once
    Given Ada holds 2 Standing
    And Ada checks out
    When Ada pays with a bank that takes the money at once
    Then Ada's order is confirmed
    And Ada has 2 Standing tickets
    And Ada has paid 50.00 EUR in the end

  Scenario: Nobody pays twice
    Given Ada buys 2 Standing
    When Ada pays
    Then it is refused because the order cannot be paid
    And Ada has paid 50.00 EUR in the end

  Scenario: One payment at a time
    Given Ada holds 2 Standing
    And Ada checks out
    And Ada pays with a card that asks for a confirmation
    When Ada pays
    Then it is refused because a payment is under way
    When Ada confirms at the bank
    Then Ada's order is confirmed
    And Ada has paid 50.00 EUR in the end

  Scenario: Impatience costs nothing
    Given Ada holds 2 Standing
    And Ada checks out
    When Ada presses the pay button 8 times at the same moment
    Then Ada's order is confirmed
    And Ada has 2 Standing tickets
    And Ada has paid 50.00 EUR in the end

  Scenario: A way to pay that nobody knows
    Given Ada holds 2 Standing
    And Ada checks out
    When Ada pays with shells
    Then it is refused because something is wrong with the request
    And the refusal points at "method"

  Scenario: A hold becomes one order
    Given Ada holds 2 Standing
    And Ada checks out
    When Ada checks out
    Then it is refused because there is an order for this hold
    When Ada gives the hold back
    Then it is refused because there is an order for this hold

  Scenario: Free tickets need no payment
    Given Olga adds 5 Guest tickets for 0.00 EUR
    And Ada holds 2 Guest
    When Ada checks out
    Then Ada's order is confirmed
    And Ada has 2 Guest tickets
    And Ada has paid nothing in the end
    When Ada pays
    Then it is refused because the order cannot be paid
