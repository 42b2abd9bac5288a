"""The report: one HTML file made from the database by the queries of `quickstart/sql`."""
