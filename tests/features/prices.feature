Feature: What a price is made of
  Buyers see what they pay before they pay it, to the smallest coin of the currency.
  The platform takes 5 % and 0.50 EUR of every ticket in euros.

  Scenario: The tax is in the price
    Given these tickets are on sale:
      | ticket   | price     | places | tax  |
      | Standing | 25.00 EUR | 10     | 19 % |
      | Student  | 12.50 EUR | 10     | 7 %  |
    When Ada holds 2 Standing and 1 Student
    Then Ada's hold costs 62.50 EUR
    And of it the VAT is 8.80 EUR
    And of it the Service fee is 4.63 EUR
    When Ada checks out
    And Ada pays
    Then Ada's order is confirmed
    And Ada has paid 62.50 EUR in the end

  Scenario: The tax comes on top of the price, and so does the fee
    Given prices are without taxes
    And buyers pay the fee
    And these tickets are on sale:
      | ticket   | price     | places | tax  |
      | Standing | 25.00 EUR | 10     | 19 % |
    When Ada holds 2 Standing
    Then on top of it the VAT is 9.50 EUR
    And on top of it the Service fee is 3.50 EUR
    And Ada's hold costs 63.00 EUR
    When Ada checks out
    Then Ada's order costs 63.00 EUR
    When Ada pays
    Then Ada's order is confirmed
    And Ada has paid 63.00 EUR in the end

  Scenario: A currency without decimals
    Given these tickets are on sale:
      | ticket   | price    | places | tax  |
      | Standing | 2999 JPY | 10     | 10 % |
    When Ada holds 2 Standing
    Then Ada's hold costs 5998 JPY
    And of it the VAT is 546 JPY
    When Ada checks out
    And Ada pays
    Then Ada's order is confirmed
    And Ada has paid 5998 JPY in the end

  Scenario: A currency with three decimals
    Given prices are without taxes
    And these tickets are on sale:
      | ticket   | price     | places | tax |
      | Standing | 7.125 KWD | 10     | 5 % |
    When Ada holds 2 Standing
    Then Ada's hold costs 14.962 KWD
    When Ada checks out
    And Ada pays
    Then Ada's order is confirmed
    And Ada has paid 14.962 KWD in the end
