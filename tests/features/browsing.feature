Feature: Browsing
  Anybody with an account sees what is on sale, what it costs and what is left.

  Scenario: An event shows its tickets, their prices and what is left
    Given these tickets are on sale:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 100    |
      | Student  | 12.50 EUR | 20     |
    When Ada holds 3 Standing
    And Ada looks at the event
    Then the event is on sale
    And the event offers:
      | ticket   | price     | places | left | held | sold |
      | Standing | 25.00 EUR | 100    | 97   | 3    | 0    |
      | Student  | 12.50 EUR | 20     | 20   | 0    | 0    |

  Scenario: Two kinds of ticket share a room, and the room decides what is left
    Given a room called Hall with 10 places
    And these tickets are on sale:
      | ticket   | price     | places | room |
      | Standing | 25.00 EUR |        | Hall |
      | Student  | 12.50 EUR | 4      | Hall |
    When Ada holds 7 Standing
    And Ada looks at the event
    Then the event offers:
      | ticket   | price     | places | left | held | sold |
      | Standing | 25.00 EUR | 10     | 3    | 7    | 0    |
      | Student  | 12.50 EUR | 4      | 3    | 7    | 0    |

  Scenario: Sold tickets are counted as sold
    Given these tickets are on sale:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 5      |
    When Ada buys 2 Standing
    And Ada looks at the event
    Then the event offers:
      | ticket   | price     | places | left | held | sold |
      | Standing | 25.00 EUR | 5      | 3    | 0    | 2    |

  Scenario: Events are found by a word of their name
    Given these tickets are on sale:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 5      |
    When Ada searches for a word of the event's name
    Then the event is found
    When Ada searches for a word that is not in it
    Then nothing is found

  Scenario: A search is taken literally
    Given these tickets are on sale:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 5      |
    When Ada searches for "%"
    Then nothing is found

  Scenario: Events that are still on sale can be told from those that are closed
    Given these tickets are on sale:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 5      |
    When Ada lists what is on sale
    Then the event is found
    When Olga closes the event
    And Ada lists what is on sale
    Then nothing is found

  Scenario: A long programme is read page by page, in order of time
    Given Olga plans 5 events on following days, all on sale
    When Ada reads the programme 2 events at a time
    Then Ada has seen all 5 events once, in order of time
