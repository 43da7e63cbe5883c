Feature: Declined payments
  A card that is declined is no drama: the tickets stay where they are, and one pays again.

  Background:
    Given these tickets are on sale:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 2      |
    And Ada holds 2 Standing
    And Ada checks out

  Scenario: The buyer hears of it, and the tickets stay held
    When Ada pays with a card that is declined
    Then Ada's payment has failed
    And Ada's order is waiting for payment
    And 0 Standing tickets are left
    And Ada has paid nothing in the end

  Scenario: Paying again with another card
    Given Ada pays with a card that is declined
    When Ada pays
    Then Ada's order is confirmed
    And Ada has 2 Standing tickets
    And Ada has paid 50.00 EUR in the end

  Scenario: Declined again, and paid in the end
    Given Ada pays with a card that is declined
    When Ada pays with a card that is declined
    Then Ada's payment has failed
    When Ada pays with a card that asks for a confirmation
    And Ada confirms at the bank
    Then Ada's order is confirmed
    And Ada has paid 50.00 EUR in the end

  Scenario: Giving up
    Given Ada pays with a card that is declined
    When 11 minutes pass
    Then Ada's order is expired
    And 2 Standing tickets are left
    And Ada has paid nothing in the end

  Scenario: The buyer says no at the bank
    Given Ada pays with a card that asks for a confirmation
    When Ada declines at the bank
    Then Ada's payment has failed
    And Ada's order is waiting for payment

  Scenario: Money that was promised but cannot be taken
    When Ada pays with a card that is good for a promise only
    Then Ada's order is failed
    And Ada has no tickets
    And Ada has paid nothing in the end
    And 2 Standing tickets are left
