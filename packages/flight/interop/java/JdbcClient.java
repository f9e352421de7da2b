// The JDBC driver against the server: java -cp … JdbcClient URL TOKEN, with a line "STEP<tab>STATEMENT" on stdin for each statement of a
// step, or "STEP" alone. Prints what each step saw as one JSON object, cells as clients/canonical-rows.ts describes. It runs with
// -Duser.timezone=UTC.

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.Date;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

public class JdbcClient {
    public static void main(String[] arguments) throws Exception {
        String url = arguments[0], token = arguments[1];
        Map<String, List<String>> steps = new LinkedHashMap<>();
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] parts = line.split("\t", 2);
                List<String> statements = steps.computeIfAbsent(parts[0], (step) -> new ArrayList<>());
                if (parts.length > 1) statements.add(parts[1]);
            }
        }
        Map<String, Object> seen = new LinkedHashMap<>();
        for (Map.Entry<String, List<String>> step : steps.entrySet()) {
            try {
                seen.put(step.getKey(), run(step.getKey(), url, token, step.getValue()));
            } catch (Exception | Error error) {
                error.printStackTrace();
                seen.put(step.getKey(), failure(error));
            }
        }
        System.out.write(("\n" + json(seen) + "\n").getBytes(StandardCharsets.UTF_8));
        System.out.flush();
        // The driver may have left threads behind.
        System.exit(0);
    }

    static Object run(String step, String url, String token, List<String> statements) throws Exception {
        return switch (step) {
            case "queries", "failing" -> queries(url, token, statements);
            case "metadata" -> metadata(url, token);
            case "parameters" -> parameters(url, token, statements);
            case "updates" -> updates(url, token);
            case "cancel" -> cancel(url, token, statements);
            case "authentication" -> authentication(url, token);
            case "catalog" -> catalog(url, token);
            default -> throw new IllegalArgumentException(step);
        };
    }

    static Connection connect(String url, String token) throws SQLException {
        Properties properties = new Properties();
        if (token != null) properties.put("token", token);
        return DriverManager.getConnection(url, properties);
    }

    static Object queries(String url, String token, List<String> statements) throws SQLException {
        List<Object> results = new ArrayList<>();
        try (Connection connection = connect(url, token); Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                try (ResultSet rows = statement.executeQuery(sql)) {
                    results.add(result(rows));
                } catch (SQLException error) {
                    results.add(failure(error));
                }
            }
        }
        return results;
    }

    static Object metadata(String url, String token) throws SQLException {
        Map<String, Object> seen = new LinkedHashMap<>();
        try (Connection connection = connect(url, token)) {
            DatabaseMetaData about = connection.getMetaData();
            seen.put("product", about.getDatabaseProductName());
            seen.put("version", about.getDatabaseProductVersion());
            seen.put("readOnly", about.isReadOnly());
            seen.put("quote", about.getIdentifierQuoteString());
            seen.put("keywords", about.getSQLKeywords().length() > 0);
            seen.put("functions", about.getNumericFunctions().length() > 0);
            seen.put("groupBy", about.supportsGroupBy());
            seen.put("outerJoins", about.supportsOuterJoins());
            seen.put("unions", about.supportsUnionAll());
            seen.put("transactions", about.supportsTransactions());
            seen.put("catalogs", rows(about.getCatalogs()));
            seen.put("schemas", rows(about.getSchemas("artemis", null)));
            seen.put("tableTypes", rows(about.getTableTypes()));
            seen.put("tables", rows(about.getTables("artemis", "sda", "%", null), "TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME", "TABLE_TYPE"));
            seen.put("some", rows(about.getTables("artemis", "s_a", "m%", new String[] {"TABLE"}), "TABLE_NAME"));
            String[] parts = {"COLUMN_NAME", "DATA_TYPE", "TYPE_NAME", "NULLABLE", "ORDINAL_POSITION", "IS_NULLABLE"};
            seen.put("columns", rows(about.getColumns("artemis", "sda", "observations", "%"), parts));
            seen.put("oneColumn", rows(about.getColumns("artemis", "sda", "observations", "mission_id"), "COLUMN_NAME"));
            seen.put("keys", rows(about.getPrimaryKeys("artemis", "sda", "observations")));
            seen.put("imported", rows(about.getImportedKeys("artemis", "sda", "observations")));
        }
        return seen;
    }

    static Object parameters(String url, String token, List<String> statements) throws SQLException {
        Map<String, Object> seen = new LinkedHashMap<>();
        try (Connection connection = connect(url, token)) {
            try (PreparedStatement statement = connection.prepareStatement(statements.get(0))) {
                seen.put("count", statement.getParameterMetaData().getParameterCount());
                List<Object> runs = new ArrayList<>();
                for (String mission : new String[] {"apollo-7", "apollo-8", "no such mission"}) {
                    statement.setString(1, mission);
                    statement.setDate(2, Date.valueOf("2024-03-15"));
                    statement.setLong(3, 3);
                    try (ResultSet rows = statement.executeQuery()) {
                        runs.add(result(rows));
                    }
                }
                seen.put("runs", runs);
            }
            try (PreparedStatement statement = connection.prepareStatement(statements.get(1))) {
                statement.setLong(1, Long.MAX_VALUE);
                statement.setDouble(2, 0.1);
                statement.setString(3, "grüße, 世界");
                statement.setBoolean(4, true);
                statement.setBigDecimal(5, new BigDecimal("12345.67"));
                statement.setTimestamp(6, Timestamp.valueOf("2024-03-15 01:02:03.456789"));
                statement.setNull(7, Types.INTEGER);
                try (ResultSet rows = statement.executeQuery()) {
                    seen.put("types", result(rows));
                }
            }
            try (PreparedStatement statement = connection.prepareStatement(statements.get(2))) {
                statement.setTimestamp(1, Timestamp.valueOf("2024-01-05 00:00:00.0"));
                try (ResultSet rows = statement.executeQuery()) {
                    seen.put("instant", result(rows));
                }
            }
        }
        return seen;
    }

    static Object updates(String url, String token) throws SQLException {
        Map<String, Object> seen = new LinkedHashMap<>();
        try (Connection connection = connect(url, token); Statement statement = connection.createStatement()) {
            seen.put("create", statement.executeUpdate("CREATE TABLE memory.main.parts (id BIGINT, name VARCHAR)"));
            seen.put("insert", statement.executeUpdate("INSERT INTO memory.main.parts VALUES (1, 'one'), (2, NULL)"));
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO memory.main.parts VALUES (?, ?)")) {
                insert.setLong(1, 3);
                insert.setString(2, "three");
                seen.put("prepared", insert.executeUpdate());
                insert.setLong(1, 4);
                insert.setNull(2, Types.VARCHAR);
                seen.put("again", insert.executeUpdate());
            }
            try (ResultSet rows = statement.executeQuery("SELECT * FROM memory.main.parts ORDER BY id")) {
                seen.put("rows", result(rows));
            }
            statement.executeUpdate("DROP TABLE memory.main.parts");
            try (ResultSet rows = statement.executeQuery("SELECT * FROM memory.main.parts")) {
                seen.put("dropped", null);
            } catch (SQLException error) {
                seen.put("dropped", failure(error));
            }
        }
        return seen;
    }

    /** From one thread: the driver frees buffers that another one may be reading. */
    static Object cancel(String url, String token, List<String> statements) throws SQLException {
        Map<String, Object> seen = new LinkedHashMap<>();
        try (Connection connection = connect(url, token)) {
            Statement statement = connection.createStatement();
            ResultSet rows = statement.executeQuery(statements.get(0));
            seen.put("first", rows.next());
            long start = System.nanoTime();
            statement.cancel();
            long count = 1;
            try {
                while (rows.next()) count++;
                seen.put("error", null);
            } catch (SQLException error) {
                seen.put("error", failure(error));
            }
            seen.put("rows", count);
            seen.put("seconds", (System.nanoTime() - start) / 1e9);
            statement.close();
            // A result that is left early is a stream that the client resets.
            try (Statement second = connection.createStatement(); ResultSet part = second.executeQuery(statements.get(0))) {
                part.next();
            }
            try (Statement third = connection.createStatement(); ResultSet one = third.executeQuery("SELECT 1 AS one")) {
                seen.put("after", result(one));
            }
        }
        return seen;
    }

    static Object authentication(String url, String token) {
        Map<String, Object> seen = new LinkedHashMap<>();
        Properties basic = new Properties();
        basic.put("user", "token");
        basic.put("password", token);
        seen.put("basic", tried(url, basic));
        Properties bearer = new Properties();
        bearer.put("token", token);
        seen.put("bearer", tried(url, bearer));
        Properties wrong = new Properties();
        wrong.put("token", "nonsense");
        seen.put("wrong", tried(url, wrong));
        Properties wrongBasic = new Properties();
        wrongBasic.put("user", "token");
        wrongBasic.put("password", "nonsense");
        seen.put("wrong basic", tried(url, wrongBasic));
        seen.put("none", tried(url, new Properties()));
        return seen;
    }

    static Object tried(String url, Properties properties) {
        try (Connection connection = DriverManager.getConnection(url, properties);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT 42 AS answer")) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException error) {
            return failure(error);
        }
    }

    /**
     * The URL names a catalog, and a setting that the driver does not know and so forwards as a header. This driver closes itself
     * twice, and fails the second time when there is a session to close.
     */
    static Object catalog(String url, String token) throws SQLException {
        Map<String, Object> seen;
        Connection connection = connect(url + "&catalog=artemis&some_unknown_parameter=1", token);
        try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery("SELECT COUNT(*) AS n FROM sda.missions")) {
            seen = result(rows);
        }
        try {
            connection.close();
            seen.put("close", null);
        } catch (SQLException error) {
            seen.put("close", error.getMessage());
        }
        return seen;
    }

    static Map<String, Object> result(ResultSet rows) throws SQLException {
        ResultSetMetaData about = rows.getMetaData();
        List<Object> columns = new ArrayList<>(), found = new ArrayList<>();
        for (int i = 1; i <= about.getColumnCount(); i++) columns.add(List.of(about.getColumnLabel(i), about.getColumnTypeName(i)));
        while (rows.next()) {
            List<Object> row = new ArrayList<>();
            for (int i = 1; i <= about.getColumnCount(); i++) row.add(cell(rows, i, about.getColumnType(i)));
            found.add(row);
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("columns", columns);
        result.put("rows", found);
        return result;
    }

    static List<Object> rows(ResultSet rows, String... names) throws SQLException {
        List<Object> found = new ArrayList<>();
        int count = rows.getMetaData().getColumnCount();
        while (rows.next()) {
            List<Object> row = new ArrayList<>();
            if (names.length == 0) for (int i = 1; i <= count; i++) row.add(rows.getObject(i) == null ? null : rows.getObject(i).toString());
            else for (String name : names) row.add(rows.getObject(name) == null ? null : rows.getObject(name).toString());
            found.add(row);
        }
        rows.close();
        return found;
    }

    static Object cell(ResultSet rows, int column, int type) throws SQLException {
        // getObject of the driver knows no times with zones.
        if (type == Types.TIMESTAMP || type == Types.TIMESTAMP_WITH_TIMEZONE) {
            Timestamp at = rows.getTimestamp(column);
            return at == null ? null : Long.toString(Math.floorDiv(at.getTime(), 1000L) * 1_000_000L + at.getNanos() / 1000);
        }
        Object value = rows.getObject(column);
        if (value == null) return null;
        switch (type) {
            case Types.REAL, Types.FLOAT, Types.DOUBLE:
                return String.format("%016x", Double.doubleToLongBits(((Number) value).doubleValue()));
            case Types.DECIMAL, Types.NUMERIC:
                return rows.getBigDecimal(column).toPlainString();
            case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY:
                return HexFormat.of().formatHex(rows.getBytes(column));
            case Types.DATE:
                return Long.toString(rows.getDate(column).toLocalDate().toEpochDay());
            case Types.TIME:
                return Long.toString(((Time) value).getTime() * 1000);
            case Types.ARRAY: {
                List<Object> items = new ArrayList<>();
                for (Object item : (Object[]) ((Array) rows.getArray(column)).getArray()) items.add(item == null ? null : item.toString());
                return items;
            }
            default:
                return value.toString();
        }
    }

    static Map<String, Object> failure(Throwable error) {
        StringBuilder messages = new StringBuilder();
        for (Throwable cause = error; cause != null; cause = cause.getCause()) messages.append(cause.getMessage()).append('\n');
        Map<String, Object> failure = new LinkedHashMap<>();
        failure.put("error", error.getClass().getSimpleName());
        failure.put("message", messages.toString());
        return failure;
    }

    static String json(Object value) {
        if (value == null || value instanceof Number || value instanceof Boolean) return String.valueOf(value);
        if (value instanceof List<?> list) {
            List<String> parts = new ArrayList<>();
            for (Object each : list) parts.add(json(each));
            return "[" + String.join(",", parts) + "]";
        }
        if (value instanceof Map<?, ?> map) {
            List<String> parts = new ArrayList<>();
            for (Map.Entry<?, ?> entry : map.entrySet()) parts.add(json(entry.getKey()) + ":" + json(entry.getValue()));
            return "{" + String.join(",", parts) + "}";
        }
        StringBuilder out = new StringBuilder("\"");
        for (char c : value.toString().toCharArray()) {
            if (c == '"' || c == '\\') out.append('\\').append(c);
            else if (c < 0x20) out.append(String.format("\\u%04x", (int) c));
            else out.append(c);
        }
        return out.append('"').toString();
    }
}
