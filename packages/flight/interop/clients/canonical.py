"""Arrow tables as canonical-rows.ts describes: a cell is None, a text, or a list of cells."""
import struct

import pyarrow as pa


def cells(array):
    """The cells of an array or a chunked array."""
    if isinstance(array, pa.ChunkedArray):
        return [cell for chunk in array.chunks for cell in cells(chunk)]
    kind = array.type
    if isinstance(array, pa.ExtensionArray):
        return cells(array.storage)
    if pa.types.is_dictionary(kind):
        return cells(array.dictionary_decode())
    if pa.types.is_struct(kind):
        children = [cells(child) for child in array.flatten()]
        return [list(row) if valid else None for valid, *row in zip(array.is_valid().to_pylist(), *children)]
    if pa.types.is_map(kind):
        return [None if not item.is_valid else [list(pair) for pair in zip(cells(item.values.field(0)), cells(item.values.field(1)))] for item in array]
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return [None if not item.is_valid else cells(item.values) for item in array]
    if pa.types.is_timestamp(kind) or pa.types.is_time64(kind):
        array = array.cast(pa.int64())
    elif pa.types.is_date32(kind):
        array = array.cast(pa.int32())
    return [None if value is None else text(value) for value in array.to_pylist()]


def text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return struct.pack(">d", value).hex()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, pa.MonthDayNano):
        return f"{value.months} {value.days} {value.nanoseconds}"
    if hasattr(value, "as_tuple"):
        return format(value, "f")
    return str(value)


def result(table):
    columns = [cells(column) for column in table.columns]
    return {
        "columns": [[field.name, str(field.type), field.nullable] for field in table.schema],
        "rows": [list(row) for row in zip(*columns)] if columns else [[]] * table.num_rows,
    }
