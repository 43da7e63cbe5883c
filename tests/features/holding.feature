Feature: Holding tickets
  A buyer keeps tickets for a few minutes while paying: all that were asked for, or none.

  Background:
    Given a room called Hall with 10 places
    And these tickets are on sale:
      | ticket   | price     | places | room |
      | Standing | 25.00 EUR |        | Hall |
      | Student  | 12.50 EUR | 4      | Hall |
      | Balcony  | 40.00 EUR | 2      |      |

  Scenario: Tickets of several kinds are held at once
    When Ada holds 2 Standing and 1 Balcony
    Then Ada's hold is active
    And Ada's hold costs 90.00 EUR
    And 8 Standing tickets are left
    And 4 Student tickets are left
    And 1 Balcony ticket is left

  Scenario: A room is full whichever kind of ticket filled it
    Given Ada holds 8 Standing
    When Ben holds 3 Student
    Then it is refused because not enough tickets are left
    And the refusal names Student
    When Ben holds 2 Student
    Then Ben's hold is active
    And 0 Standing tickets are left

  Scenario: All or nothing
    Given Ada holds 2 Balcony
    When Ben holds 1 Standing and 1 Balcony
    Then it is refused because not enough tickets are left
    And the refusal names Balcony
    And 10 Standing tickets are left

  Scenario: Every kind that could not be had is named
    When Ben holds 1 Standing and 5 Student and 3 Balcony
    Then it is refused because not enough tickets are left
    And the refusal names Student and Balcony
    And 10 Standing tickets are left

  Scenario: Both kinds fit the room, but not together
    When Ben holds 8 Standing and 3 Student
    Then it is refused because not enough tickets are left
    And the refusal names Student
    And 10 Standing tickets are left

  Scenario: Tickets that are given back can be had by others
    Given Ada holds 2 Balcony
    When Ada gives the hold back
    Then Ada's hold is released
    When Ben holds 2 Balcony
    Then Ben's hold is active

  Scenario: A hold is given back only once
    Given Ada holds 2 Balcony
    And Ada gives the hold back
    When Ada gives the hold back
    Then it is refused because the hold is over
    And 2 Balcony tickets are left

  Scenario: A crowd wants the last ticket
    Given Ada holds 1 Balcony
    When 12 requests for 1 Balcony come in at the same moment
    Then exactly 1 of them is granted
    And 0 Balcony tickets are left

  Scenario: A kind of ticket can be added during the sale
    When Olga adds 3 Box tickets for 80.00 EUR
    And Ada holds 3 Box
    Then Ada's hold is active
    And Ada's hold costs 240.00 EUR

  Scenario Outline: Nonsense is refused
    When Ada holds <what>
    Then it is refused because something is wrong with the request
    And the refusal points at "<field>"

    Examples:
      | what                      | field                    |
      | nothing                   | lines                    |
      | 0 Standing                | lines[0].quantity        |
      | 1 Standing and 1 Standing | lines[1].ticket_type_id  |
