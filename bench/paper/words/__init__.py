"""What the papers say: people, places, offices, dates, amounts. All made up."""
