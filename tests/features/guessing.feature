Feature: Guessing passwords
  Whoever tries one password after the other has to wait longer and longer: a second after five
  wrong ones, then twice as long each time, but never more than a minute. Nobody is locked out for
  good, and nobody else has to wait.

  Background:
    Given Nora has an account

  Scenario: Five wrong passwords are forgiven
    Given somebody has guessed 4 wrong passwords of Nora's
    When Nora logs in
    Then Nora is let in
    Given somebody has guessed 4 wrong passwords of Nora's
    When Nora logs in
    Then Nora is let in

  Scenario Outline: Each further one doubles the wait
    Given somebody has guessed <wrong> wrong passwords of Nora's
    When <early> seconds pass for those who guess
    And Nora logs in
    Then it is refused because there were too many attempts
    And the refusal says when to try again
    When <rest> seconds pass for those who guess
    And Nora logs in
    Then Nora is let in

    Examples:
      | wrong | early | rest |
      | 9     | 9     | 7    |
      | 10    | 20    | 12   |
      | 16    | 50    | 10   |

  Scenario: While one has to wait nobody learns which password is right
    Given somebody has guessed 9 wrong passwords of Nora's
    When Nora logs in with a wrong password
    Then it is refused because there were too many attempts
    When Nora logs in
    Then it is refused because there were too many attempts

  Scenario: Who is logged in stays that, and guesses no faster
    Given somebody has guessed 9 wrong passwords of Nora's
    Then Nora is let in
    When Nora changes her password
    Then it is refused because there were too many attempts
    When 60 seconds pass for those who guess
    And Nora changes her password
    Then Nora is let in

  Scenario: The password's owner begins anew after having logged in
    Given somebody has guessed 9 wrong passwords of Nora's
    And 60 seconds pass for those who guess
    When Nora logs in
    And somebody guesses a wrong password of Nora's
    Then it is refused because the address or the password is wrong
    When Nora logs in
    Then Nora is let in

  Scenario: Nobody else has to wait
    Given Mia has an account
    And somebody has guessed 9 wrong passwords of Nora's
    When Mia logs in
    Then Mia is let in

  Scenario: The other face counts the same attempts
    Given somebody has guessed 9 wrong passwords of Nora's
    When somebody guesses a wrong password of Nora's through the other face
    Then it is refused because there were too many attempts

  Scenario: An address without an account looks the same
    Given somebody has guessed 9 wrong passwords of Nora's
    And somebody has guessed 9 wrong passwords of an address without an account
    Then both were told the same, each time
    When somebody guesses a wrong password of an address without an account
    Then it is refused because there were too many attempts
    When 60 seconds pass for those who guess
    And somebody guesses a wrong password of an address without an account
    Then it is refused because the address or the password is wrong

  Scenario: Twenty guesses at the same moment are no way around
    When somebody guesses 20 passwords of Nora's at the same moment
    Then 5 of them were looked at, and the others have to wait
