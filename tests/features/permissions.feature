Feature: Who may do what
  Only its organizer changes an event. Everybody sees their own holds, orders and tickets only;
  what is not yours looks as if it were not there.

  Scenario: A stranger learns nothing
    Given these tickets are on sale:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 5      |
    When somebody without an account looks at the event
    Then it is refused because one has to log in

  Scenario: A draft is its organizer's own matter
    Given these tickets are planned:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 5      |
    When Ada looks at the event
    Then it is refused because there is no such event
    When Ada holds 1 Standing
    Then it is refused because there is no such event
    When Ada searches for a word of the event's name
    Then nothing is found
    When Olga looks at the event
    Then the event is a draft
    When Olga searches for a word of the event's name
    Then the event is found

  Scenario: Only members change an event
    Given these tickets are on sale:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 5      |
    When Ada renames the event
    Then it is refused because one has to be a member
    When Otto closes the event
    Then it is refused because one has to be a member
    When Otto cancels the event
    Then it is refused because one has to be a member
    When Otto adds 3 Box tickets for 80.00 EUR
    Then it is refused because one has to be a member

  Scenario: A draft cannot be changed by who cannot see it
    Given these tickets are planned:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 5      |
    When Otto publishes the event
    Then it is refused because there is no such event
    When Otto renames the event
    Then it is refused because there is no such event
    When Olga publishes the event
    And Ada looks at the event
    Then the event is on sale

  Scenario: Nobody plans events for somebody else's organizer
    When Otto plans an event for Olga's organizer
    Then it is refused because there is no such organizer

  Scenario: Somebody else's hold looks as if it were not there
    Given these tickets are on sale:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 5      |
    And Ada holds 2 Standing
    When Ben looks at Ada's hold
    Then it is refused because there is no such hold
    When Ben gives Ada's hold back
    Then it is refused because there is no such hold
    When Ben keeps Ada's hold longer
    Then it is refused because there is no such hold
    When Ben checks out with Ada's hold
    Then it is refused because there is no such hold
    And Ada's hold is active

  Scenario: Somebody else's order looks as if it were not there
    Given these tickets are on sale:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 5      |
    And Ada buys 2 Standing
    When Ben looks at Ada's order
    Then it is refused because there is no such order
    When Ben pays Ada's order
    Then it is refused because there is no such order
    When Ben cancels Ada's order
    Then it is refused because there is no such order
    When Ben looks at the tickets of Ada's order
    Then it is refused because there is no such order
    And Ben does not find Ada's order among his

  Scenario: The organizer sees the orders of its events, others do not
    Given these tickets are on sale:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 5      |
    And Ada buys 2 Standing
    When Olga lists the orders of her organizer
    Then Ada's order is among them
    When Otto lists the orders of Olga's organizer
    Then it is refused because there is no such organizer

  Scenario: Two people change an event, and the second is told
    Given these tickets are on sale:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 5      |
    When Olga looks at the event
    And Olga renames the event
    And Olga renames the event as she saw it first
    Then it is refused because it was changed by somebody else
