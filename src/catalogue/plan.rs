//! How SQLite would walk a query over a fresh catalogue: a table without an index is walked once for each row of another,
//! which is nothing in a test and hours in a province.

use super::Catalogue;

/// The tables that the query walks from end to end; those that it is about are named in `whole`.
pub(crate) async fn walked(query: &str, whole: &[&str]) -> Vec<String> {
    let data = tempfile::tempdir().unwrap();
    let url = Catalogue::embedded_url(data.path());
    let catalogue = Catalogue::open(&url).await.unwrap();
    let explained = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {query}"));
    let steps: Vec<(i64, i64, i64, String)> = sqlx::query_as(explained)
        .fetch_all(catalogue.pool())
        .await
        .unwrap();
    assert!(!steps.is_empty(), "no plan: {query}");
    let steps = steps.into_iter().map(|step| step.3);
    let allowed = |step: &String| {
        whole
            .iter()
            .any(|table| step.starts_with(&format!("SCAN {table}")))
    };
    steps
        .filter(|step| step.contains("SCAN ") && !step.contains("CONSTANT ROW") && !allowed(step))
        .collect()
}
