Feature: Tickets
  Whoever has paid gets one ticket for each place, each with a code of its own.

  Background:
    Given these tickets are on sale:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 10     |
      | Balcony  | 40.00 EUR | 10     |

  Scenario: One ticket for each place, and no two codes alike
    Given Ada buys 3 Standing and 2 Balcony
    Then Ada has 3 Standing and 2 Balcony tickets
    And every ticket has a code of its own that nobody can guess

  Scenario: No tickets before the money
    Given Ada holds 3 Standing
    When Ada checks out
    Then Ada has no tickets
    When Ada pays with a card that is declined
    Then Ada has no tickets

  Scenario: Buyers find their orders, newest first
    Given Ada buys 1 Standing
    And Ada buys 2 Balcony
    When Ada lists her orders
    Then Ada sees 2 orders, newest first

  Scenario: The tickets come by mail, once, with a date for the calendar
    Given Ada has an account
    And Ada buys 2 Standing and 1 Balcony
    Then Ada gets one mail with her 3 tickets
    And the mail has a file for Ada's calendar
