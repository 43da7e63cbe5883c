Feature: Hoarding
  Holding costs nothing. So that nobody keeps an event from everybody else, one buyer has at most
  100 tickets of it in hand, and makes at most 60 holds in ten minutes. Tickets that were given
  back, or whose time ran out, count for one more hour. Whoever has no confirmed address has fewer
  in hand: here 20.

  Background:
    Given these tickets are on sale:
      | ticket   | price    | places | per order |
      | Standing | 5.00 EUR | 400    | 50        |
    And Hank has an account
    And Hank has confirmed his address

  Scenario: A hundred requests at the same moment do not get more
    When Hank tries 100 times at the same moment to hold 3 Standing
    Then exactly 33 of them are granted
    And 301 Standing tickets are left

  Scenario: Taking and giving back in a loop does not get more
    When Hank takes 10 Standing and gives them back until it is refused
    Then it is refused because it is more than allowed
    And that worked 10 times
    And 400 Standing tickets are left

  Scenario: Letting the time run out does not get more
    Given Hank holds 50 Standing
    And 6 minutes pass
    And Hank holds 50 Standing
    And 6 minutes pass
    When Hank holds 1 Standing
    Then it is refused because it is more than allowed
    And 400 Standing tickets are left

  Scenario Outline: Without a confirmed address one keeps less
    Given <buyer>
    When Gina takes 5 Standing again and again until it is refused
    Then it is refused because it is more than allowed
    And that worked 4 times
    When Gina gives the hold back
    And Gina holds 1 Standing
    Then it is refused because it is more than allowed
    And 385 Standing tickets are left
    When Hank holds 21 Standing
    Then Hank's hold is active

    Examples:
      | buyer                 |
      | Gina comes as a guest |
      | Gina has an account   |

  Scenario: Confirming the address makes room
    Given Gina has an account
    And Gina holds 20 Standing
    When Gina holds 1 Standing
    Then it is refused because it is more than allowed
    When Gina confirms her address with the mail
    And Gina holds 50 Standing
    Then Gina's hold is active

  Scenario: Making many small holds is bounded, too
    When Hank takes 1 Standing again and again until it is refused
    Then it is refused because it is more than allowed
    And that worked 60 times
    When 11 minutes pass
    And Hank holds 1 Standing
    Then Hank's hold is active

  Scenario: An hour later it is possible again
    Given Hank holds 50 Standing
    And Hank gives the hold back
    And Hank holds 50 Standing
    And Hank gives the hold back
    When 59 minutes pass
    And Hank holds 1 Standing
    Then it is refused because it is more than allowed
    When 2 minutes pass
    And Hank holds 50 Standing
    Then Hank's hold is active

  Scenario: Others are not affected
    Given Hank holds 50 Standing
    And Hank gives the hold back
    And Hank holds 50 Standing
    When Hank holds 1 Standing
    Then it is refused because it is more than allowed
    When Ben holds 50 Standing
    Then Ben's hold is active

  Scenario: Other events are not affected
    Given Hank holds 50 Standing
    And Hank gives the hold back
    And Hank holds 50 Standing
    And these tickets are on sale:
      | ticket   | price    | places |
      | Standing | 5.00 EUR | 20     |
    When Hank holds 10 Standing
    Then Hank's hold is active

  Scenario: What was bought is not hoarded
    Given Hank buys 50 Standing
    And Hank buys 50 Standing
    When Hank holds 50 Standing
    Then Hank's hold is active
