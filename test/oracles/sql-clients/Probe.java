import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** Asks the SQL API as tools on JDBC do. One line a check. */
public class Probe {
  interface Work {
    void run(Connection connection) throws Exception;
  }

  static final String BY_COUNTRY = "select country, measure(gmv) from finance group by 1 order by 1";
  static int failures = 0;

  static void check(String name, Properties properties, String url, Work work) {
    try (Connection connection = DriverManager.getConnection(url, properties)) {
      work.run(connection);
      System.out.println("ok " + name);
    } catch (Exception error) {
      failures++;
      System.out.println("FAILED " + name + ": " + error);
    }
  }

  static void same(Object got, Object wanted) {
    if (!got.equals(wanted)) throw new IllegalStateException(got + " instead of " + wanted);
  }

  static List<String> column(ResultSet rows, String name) throws SQLException {
    List<String> values = new ArrayList<>();
    while (rows.next()) values.add(rows.getString(name));
    return values;
  }

  public static void main(String[] args) {
    String url = "jdbc:postgresql://127.0.0.1:" + args[0] + "/shopwave?sslmode=require";
    Properties who = new Properties();
    who.setProperty("user", "ana");
    who.setProperty("password", args[1]);
    who.setProperty("ApplicationName", "Probe");
    check("getTables, getColumns, keys and indexes", who, url, connection -> {
      var data = connection.getMetaData();
      var tables = data.getTables(null, "public", "%", new String[] {"VIEW", "TABLE", "PARTITIONED TABLE"});
      same(column(tables, "TABLE_NAME").contains("finance"), true);
      same(column(data.getColumns(null, "public", "finance", "%"), "COLUMN_NAME").contains("gmv"), true);
      same(column(data.getColumns(null, null, "operations", null), "TYPE_NAME").contains("int8"), true);
      same(column(data.getPrimaryKeys(null, "public", "finance"), "COLUMN_NAME").size(), 0);
      same(column(data.getImportedKeys(null, "public", "finance"), "FK_NAME").size(), 0);
      same(column(data.getExportedKeys(null, "public", "finance"), "FK_NAME").size(), 0);
      same(column(data.getIndexInfo(null, "public", "finance", false, true), "INDEX_NAME").size(), 0);
      same(column(data.getSchemas(), "TABLE_SCHEM").contains("public"), true);
      same(column(data.getCatalogs(), "TABLE_CAT").contains("shopwave"), true);
      same(column(data.getTypeInfo(), "TYPE_NAME").contains("numeric"), true);
      column(data.getTablePrivileges(null, "public", "finance"), "PRIVILEGE");
      column(data.getFunctions(null, null, "measure%"), "FUNCTION_NAME");
      column(data.getClientInfoProperties(), "NAME");
    });
    check("a statement, text and then binary", who, url, connection -> {
      try (PreparedStatement asked = connection.prepareStatement("select measure(gmv), max(event_date) from finance where country = ? and event_date >= ?")) {
        for (int again = 0; again < 8; again++) {
          asked.setString(1, "DE");
          asked.setTimestamp(2, java.sql.Timestamp.valueOf("2020-01-01 00:00:00"));
          try (ResultSet rows = asked.executeQuery()) {
            same(rows.next(), true);
            same(rows.getBigDecimal(1), new BigDecimal("201.10"));
            same(rows.getTimestamp(2) != null, true);
          }
        }
      }
    });
    check("rows in batches", who, url, connection -> {
      connection.setAutoCommit(false);
      try (Statement asked = connection.createStatement()) {
        asked.setFetchSize(1);
        try (ResultSet rows = asked.executeQuery(BY_COUNTRY)) {
          same(column(rows, "country"), List.of("DE", "FR"));
        }
      }
      connection.commit();
    });
    check("read-only, isolation, schema, errors", who, url, connection -> {
      connection.setReadOnly(true);
      connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
      connection.setAutoCommit(false);
      same(connection.getSchema(), "public");
      same(connection.isValid(5), true);
      try (Statement asked = connection.createStatement()) {
        asked.setQueryTimeout(30);
        asked.setMaxRows(1);
        try (ResultSet rows = asked.executeQuery(BY_COUNTRY)) {
          same(column(rows, "country"), List.of("DE"));
        }
        try {
          asked.executeQuery("select nope from finance");
          throw new IllegalStateException("no error");
        } catch (SQLException error) {
          same(error.getSQLState(), "42703");
        }
      }
      connection.rollback();
      connection.setReadOnly(false);
    });
    Properties simple = new Properties();
    simple.putAll(who);
    simple.setProperty("preferQueryMode", "simple");
    check("the simple protocol", simple, url, connection -> {
      try (PreparedStatement asked = connection.prepareStatement("select measure(gmv) from finance where country = ?")) {
        asked.setString(1, "FR");
        try (ResultSet rows = asked.executeQuery()) {
          same(column(rows, "measure"), List.of("100.10"));
        }
      }
    });
    System.exit(failures == 0 ? 0 : 1);
  }
}
