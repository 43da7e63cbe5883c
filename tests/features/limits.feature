Feature: Limits
  Nobody takes more than the organizer allows: not in one order, and not in several.

  Scenario: So many in one order
    Given these tickets are on sale:
      | ticket   | price     | places | per order |
      | Standing | 25.00 EUR | 100    | 4         |
      | Balcony  | 40.00 EUR | 100    | 2         |
    When Ada holds 4 Standing and 3 Balcony
    Then it is refused because it is more than allowed
    And the refusal names Balcony
    When Ada holds 4 Standing and 2 Balcony
    Then Ada's hold is active

  Scenario: Where the organizer says nothing, ten
    Given these tickets are on sale:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 100    |
    When Ada holds 11 Standing
    Then it is refused because it is more than allowed
    When Ada holds 10 Standing
    Then Ada's hold is active

  Scenario: So many for one buyer, held and bought together
    Given one buyer may have at most 4 tickets
    And these tickets are on sale:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 100    |
    And Ada buys 2 Standing
    And Ada holds 1 Standing
    When Ada holds 2 Standing
    Then it is refused because it is more than allowed
    When Ada holds 1 Standing
    Then Ada's hold is active
    When Ben holds 4 Standing
    Then Ben's hold is active

  Scenario: What was given back or has expired does not count
    Given one buyer may have at most 2 tickets
    And these tickets are on sale:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 100    |
    And Ada holds 2 Standing
    And Ada gives the hold back
    When Ada holds 2 Standing
    Then Ada's hold is active
    When 6 minutes pass
    And Ada holds 2 Standing
    Then Ada's hold is active

  Scenario: A limit cannot be outrun by many requests at once
    Given one buyer may have at most 3 tickets
    And these tickets are on sale:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 100    |
    When Ada tries 12 times at the same moment to hold 1 Standing
    Then exactly 3 of them are granted
    And 97 Standing tickets are left
