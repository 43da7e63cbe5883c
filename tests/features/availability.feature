Feature: What is left
  How many tickets are left is told exactly, or, to those who say so, as it was a little while ago.

  Background:
    Given these tickets are on sale:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 10     |

  Scenario: What somebody else has just taken is not left
    When Ada asks what is left
    Then she is told that 10 Standing are left
    When Ben holds 3 Standing
    And Ada asks what is left
    Then she is told that 7 Standing are left

  Scenario: Who does not mind is told what was left a little while ago, and when that was
    When Ada asks what was left in the last 60 seconds
    And Ben holds 3 Standing
    And Dana asks what was left in the last 60 seconds
    Then she is told that 10 Standing are left
    And she is told the same moment as Ada
    When Dana asks the other way what was left in the last 60 seconds
    Then she is told that 10 Standing are left
    And she is told the same moment as Ada
    When Dana asks what is left
    Then she is told that 7 Standing are left
    And she is told a later moment than Ada

  Scenario: Nobody is told anything older than they allow
    When Ada asks what was left in the last 60 seconds
    And Ben holds 3 Standing
    Then Dana is told within a second that 7 Standing are left, and nothing older

  Scenario: Tickets that are new are left at once
    When Ada asks what was left in the last 60 seconds
    And Olga adds 5 Balcony tickets for 40.00 EUR
    And Ada asks what was left in the last 60 seconds
    Then she is told that 5 Balcony are left

  Scenario: Of a draft nobody else is told what is left, or was
    Given these tickets are planned:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 10     |
    When Olga asks what was left in the last 60 seconds
    Then she is told that 10 Standing are left
    When Ada asks what was left in the last 60 seconds
    Then it is refused because there is no such event
    When Ada asks what is left
    Then it is refused because there is no such event

  Scenario: What is left of a test is told to test keys
    Given Olga makes a test key called Lab for everything
    And Lab puts on sale:
      | ticket   | price     | places |
      | Rehearse | 10.00 EUR | 5      |
    When Lab asks what was left in the last 60 seconds
    Then it is told that 5 Rehearse are left
    When Olga asks what was left in the last 60 seconds
    Then it is refused because there is no such event

  Scenario Outline: There are limits to what is old
    When Ada asks what was left in the last <seconds> seconds
    Then it is refused because something is wrong with the request
    And the refusal points at "max_age"

    Examples:
      | seconds |
      | 61      |
      | -1      |
