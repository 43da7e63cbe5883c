Feature: Sessions
  Who has logged in stays logged in as long as the session is used, and can end it at any moment.
  A refresh token is good once: whoever shows one that was used before may have stolen it.

  Background:
    Given Nora has an account

  Scenario: The refresh token is exchanged for the next one
    When Nora refreshes her session
    Then Nora has another refresh token than before
    And Nora is let in
    When Nora refreshes her session
    Then Nora has another refresh token than before
    And Nora is let in

  Scenario: Ten at the same moment get the same successor
    When Nora refreshes her session 10 times at the same moment
    Then all of them got the same refresh token
    And Nora is let in
    When Nora refreshes her session
    Then Nora is let in

  Scenario: Who lost the answer may ask again
    Given Nora refreshes her session
    When Nora shows the refresh token of before again
    Then Nora gets the successor that she has already
    And Nora is let in
    When Nora refreshes her session
    Then Nora is let in

  Scenario: Through the other face it is the same session
    Given Nora refreshes her session
    When Nora shows the refresh token of before again through the other face
    Then Nora gets the successor that she has already

  Scenario: Eleven seconds later the token of before ends the session for everybody
    Given Nora refreshes her session
    And 11 seconds pass for Nora
    When Nora shows the refresh token of before again
    Then it is refused because the refresh token is no good
    And Nora is no longer let in
    When Nora refreshes her session
    Then it is refused because the refresh token is no good

  Scenario: The token before the one of before ends it at once
    Given Nora refreshes her session
    And Nora remembers the refresh token of before
    And Nora refreshes her session
    When Nora shows the refresh token that she remembers
    Then it is refused because the refresh token is no good
    And Nora is no longer let in

  Scenario: Only the stolen session ends
    Given Nora logs in on her phone
    And Nora refreshes her session
    And 11 seconds pass for Nora
    When Nora shows the refresh token of before again
    Then it is refused because the refresh token is no good
    And Nora's phone is let in

  Scenario: Nonsense is no refresh token
    When Nora shows her access token as a refresh token
    Then it is refused because the refresh token is no good
    When Nora shows her refresh token as an access token
    Then it is refused because the token is not valid
    And Nora is let in

  Scenario: A session that is not used for a month is over
    Given 29 days pass for Nora
    And Nora refreshes her session
    And 29 days pass for Nora
    And Nora refreshes her session
    And 31 days pass for Nora
    When Nora refreshes her session
    Then it is refused because the refresh token is no good

  Scenario: Logging out ends this session at once
    Given Nora logs in on her phone
    When Nora logs out
    Then Nora is no longer let in
    And Nora's phone is let in
    When Nora refreshes her session
    Then it is refused because the refresh token is no good

  Scenario: Logging out everywhere ends every session at once
    Given Nora logs in on her phone
    And Mia has an account
    When Nora logs out everywhere
    Then Nora is no longer let in
    And Nora's phone is no longer let in
    And Mia is let in
    When Nora logs in
    Then Nora is let in

  Scenario: A deactivated user is out at once
    When Ruth deactivates Nora
    Then Nora is no longer let in
    When Nora refreshes her session
    Then it is refused because the refresh token is no good

  Scenario: To who wants to log in a deactivated account looks like a wrong password
    Given Ruth deactivates Nora
    When Nora logs in
    Then it is refused because the address or the password is wrong
    When Nora logs in with a wrong password
    Then it is refused because the address or the password is wrong
    And that was the same refusal as before

  Scenario: Who was deactivated gets no new password
    Given Ruth deactivates Nora
    When somebody says that Nora's password is forgotten
    Then nothing is mailed to Nora about it

  Scenario: Who is activated again logs in anew
    Given Ruth deactivates Nora
    When Ruth activates Nora
    Then Nora is no longer let in
    When Nora refreshes her session
    Then it is refused because the refresh token is no good
    When Nora logs in
    Then Nora is let in
