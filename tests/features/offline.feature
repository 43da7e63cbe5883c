Feature: Money that comes past the bank's machines
  Where the organizer offers it, tickets are paid by bank transfer, at the box office or on an
  invoice. They are kept until then, and the organizer says when the money is there.

  Background:
    Given one may pay by bank transfer within 48 hours
    And these tickets are on sale:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 2      |
    And Ada holds 2 Standing
    And Ada checks out

  Scenario: The money arrives in time
    Given Ada pays by bank transfer
    When 2000 minutes pass
    Then Ada's order is waiting for payment
    And 0 Standing tickets are left
    When Olga says that Ada's money is there
    Then Ada's order is confirmed
    And Ada has 2 Standing tickets
    And the books say that Ada's order brought 50.00 EUR

  Scenario: The money does not arrive
    Given Ada pays by bank transfer
    When 2881 minutes pass
    Then Ada's order is expired
    And 2 Standing tickets are left

  Scenario: The money arrives late, and the tickets are still there
    Given Ada pays by bank transfer
    When 2881 minutes pass
    Then Ada's order is expired
    When Olga says that Ada's money is there
    Then Ada's order is confirmed
    And Ada has 2 Standing tickets
    And 0 Standing tickets are left

  Scenario: The money arrives late, and somebody else has a ticket
    Given Ada pays by bank transfer
    When 2881 minutes pass
    Then Ada's order is expired
    When Ben holds 1 Standing
    And Olga says that Ada's money is there
    Then it is refused because not enough tickets are left
    And Ada's order is expired
    And Ada has no tickets

  Scenario: Saying it twice
    Given Ada pays by bank transfer
    And Olga says that Ada's money is there
    When Olga says that Ada's money is there
    Then Ada's order is confirmed
    And the books say that Ada's order brought 50.00 EUR

  Scenario: Only the organizer can say so
    Given Ada pays by bank transfer
    When Ada says that Ada's money is there
    Then it is refused because there is no such order
    And Ada's order is waiting for payment

  Scenario: Money from a card is not confirmed by hand
    Given Ada pays with a card that asks for a confirmation
    When Olga says that Ada's money is there
    Then it is refused because it is not for the organizer to say

  Scenario: Only the organizer can send it back
    Given Ada pays by bank transfer
    And Olga says that Ada's money is there
    When Olga refunds Ada's order
    Then Olga is asked about a refund by hand
    And Ada's order is confirmed
    And all of Ada's tickets are void
    When Olga says that it was done by hand
    Then Ada's order is refunded
    And Olga is asked nothing
    And the books of Ada's order are closed
