Feature: Money that comes too late
  When the bank says yes after the time is over, the buyer gets the tickets if some are left.
  If not, the money goes back. Nobody pays for nothing.

  Background:
    Given these tickets are on sale:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 2      |
    And Ada holds 2 Standing
    And Ada checks out

  Scenario Outline: The tickets are still there
    Given Ada pays with <a bank>
    When 11 minutes pass
    Then Ada's order is expired
    And 2 Standing tickets are left
    When the bank says yes
    Then Ada's order is confirmed
    And Ada has 2 Standing tickets
    And Ada has paid 50.00 EUR in the end
    And 0 Standing tickets are left

    Examples:
      | a bank                                   |
      | a slow bank                              |
      | a slow bank that takes the money at once |

  Scenario: At the very last moment, before anybody noticed that the time is over
    Given Ada pays with a slow bank
    When 11 minutes pass
    And the bank says yes
    Then Ada's order is confirmed
    And Ada has paid 50.00 EUR in the end

  Scenario: Somebody else has the tickets now, and the promise is given back
    Given Ada pays with a slow bank
    When 11 minutes pass
    And Ben holds 1 Standing
    Then Ben's hold is active
    When the bank says yes
    Then Ada's payment is over
    And Ada's order is expired
    And Ada has no tickets
    And Ada has paid nothing in the end

  Scenario: Somebody else has the tickets now, and the money is given back
    Given Ada pays with a slow bank that takes the money at once
    When 11 minutes pass
    And Ben holds 1 Standing
    Then Ben's hold is active
    When the bank says yes
    Then Ada's payment is taken
    And Ada's order is expired
    And Ada has no tickets
    And Ada has paid nothing in the end
    And Ada was given back 50.00 EUR

  Scenario: The buyer has changed her mind meanwhile
    Given Ada pays with a slow bank
    When Ada cancels the order
    Then Ada's order is cancelled
    When the bank says yes
    Then Ada's payment is over
    And Ada has paid nothing in the end
    And 2 Standing tickets are left

  Scenario: The buyer has changed her mind, and the money was taken already
    Given Ada pays with a slow bank that takes the money at once
    When Ada cancels the order
    Then Ada's order is cancelled
    When the bank says yes
    Then Ada's payment is taken
    And Ada has paid nothing in the end
    And Ada was given back 50.00 EUR

  Scenario: The event was cancelled meanwhile
    Given Ada pays with a slow bank
    When Olga cancels the event
    And the bank says yes
    Then Ada's order is cancelled
    And Ada's payment is over
    And Ada has no tickets
    And Ada has paid nothing in the end
