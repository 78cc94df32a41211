"""The statistics: pure functions on arrays; knows neither Flask nor the database."""
