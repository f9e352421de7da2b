/** Bitwise operators over integers: `& | ~ << >>`, xor and bit_count. */

import type { DataType, Vector } from '@artemis/arrow'
import { allocatePrimitive, int32Words, int64, int8, primitiveVector } from '@artemis/arrow'
import { commonNumericType, isInteger } from '@artemis/plan'
import type { Resolved } from '../definition/scalar.js'
import { resolvingFunction } from '../definition/scalar.js'
import { outOfRange } from '../kernel/errors.js'
import type { Kernel, KernelInput } from '../kernel/input.js'
import { argument, isRowValid } from '../kernel/input.js'
import { numericKernel } from '../kernel/loops.js'
import { bigIntsOf, wordColumn } from '../kernel/primitive-columns.js'
import { numberResult } from '../kernel/results.js'
import { numericPair } from './numeric-resolution.js'

type BitOperator = '&' | '|' | '^'

function bitwise(operator: BitOperator, types: readonly DataType[], constants: Parameters<typeof numericPair>[1]): Resolved | undefined {
  const pair = numericPair(types, constants)
  if (pair === undefined || !isInteger(pair[0]) || !isInteger(pair[1])) return undefined
  const type = commonNumericType(...pair)
  if (!isInteger(type)) return undefined
  const signature = { argumentTypes: [type, type], returnType: type }
  if (type.kind === 'int64' || type.kind === 'uint64') return { ...signature, kernel: (input) => wideBitwise(operator, type, input) }
  const emit = ([a, b]: readonly string[]): string => `(${a} ${operator} ${b})`
  return { ...signature, kernel: numericKernel(emit, type), ...(type.kind === 'uint32' ? {} : { emit }) }
}

function wideBitwise(operator: BitOperator, type: DataType, input: KernelInput): Vector {
  const a = wordColumn(argument(input, 0))
  const b = wordColumn(argument(input, 1))
  const values = allocatePrimitive(type, input.rowCount)
  const out = int32Words(values)
  for (let i = 0; i < input.rowCount; i++) {
    const ka = 2 * i * a.stride
    const kb = 2 * i * b.stride
    for (let word = 0; word < 2; word++) {
      const x = a.words[ka + word]!
      const y = b.words[kb + word]!
      out[2 * i + word] = operator === '&' ? x & y : operator === '|' ? x | y : x ^ y
    }
  }
  return primitiveVector(type, values, { validity: input.validity })
}

const signatures = (name: string): string[] => [`${name}(integers, integers) -> the common type`]

export const bitwiseAnd = resolvingFunction({
  name: '&',
  category: 'arithmetic',
  description: 'Bitwise AND.',
  example: '91 & 15',
  result: '11',
  signatures: signatures('&'),
  resolve: (types, constants) => bitwise('&', types, constants),
})

export const bitwiseOr = resolvingFunction({
  name: '|',
  category: 'arithmetic',
  description: 'Bitwise OR.',
  example: '32 | 3',
  result: '35',
  signatures: signatures('|'),
  resolve: (types, constants) => bitwise('|', types, constants),
})

export const bitwiseXor = resolvingFunction({
  name: 'xor',
  aliases: ['#'],
  category: 'arithmetic',
  description: 'Bitwise exclusive OR.',
  example: 'xor(17, 5)',
  result: '20',
  signatures: signatures('xor'),
  resolve: (types, constants) => bitwise('^', types, constants),
})

const complementWords =
  (type: DataType): Kernel =>
  (input) => {
    const { words, stride } = wordColumn(argument(input, 0))
    const values = allocatePrimitive(type, input.rowCount)
    const out = int32Words(values)
    for (let i = 0; i < out.length; i++) out[i] = ~words[stride === 1 ? i : i & 1]!
    return primitiveVector(type, values, { validity: input.validity })
  }

/** `~x` of an integer, or undefined for other types. */
export function resolveComplement(type: DataType): Resolved | undefined {
  if (type.kind === 'null') return resolveComplement(int64)
  if (!isInteger(type)) return undefined
  const signature = { argumentTypes: [type], returnType: type }
  if (type.kind === 'int64' || type.kind === 'uint64') return { ...signature, kernel: complementWords(type) }
  return { ...signature, kernel: numericKernel(([a]) => `~${a}`, type) }
}

const BITS: Partial<Record<DataType['kind'], number>> = {
  int8: 8,
  int16: 16,
  int32: 32,
  int64: 64,
  uint8: 8,
  uint16: 16,
  uint32: 32,
  uint64: 64,
}

function shift(
  types: readonly DataType[],
  constants: Parameters<typeof numericPair>[1],
  kernel: (type: DataType, bits: number) => Kernel,
  canThrow: boolean,
): Resolved | undefined {
  const pair = numericPair(types, constants)
  if (pair === undefined || !isInteger(pair[0]) || !isInteger(pair[1])) return undefined
  const type = commonNumericType(...pair)
  if (!isInteger(type)) return undefined
  return { argumentTypes: [type, type], returnType: type, kernel: kernel(type, BITS[type.kind]!), canThrow }
}

export const shiftLeft = resolvingFunction({
  name: '<<',
  category: 'arithmetic',
  description: 'Shifts the bits to the left. Losing a bit, or shifting a negative number or by one, is an error.',
  example: '1 << 4',
  result: '16',
  signatures: signatures('<<'),
  resolve: (types, constants) => shift(types, constants, leftShiftKernel, true),
})

export const shiftRight = resolvingFunction({
  name: '>>',
  category: 'arithmetic',
  description: 'Shifts the bits to the right, keeping the sign; 0 when the distance is negative or beyond the width.',
  example: '8 >> 2',
  result: '2',
  signatures: signatures('>>'),
  resolve: (types, constants) => shift(types, constants, rightShiftKernel, false),
})

const leftShiftKernel =
  (type: DataType, bits: number): Kernel =>
  (input) => {
    const a = bigIntsOf(argument(input, 0), input.rowCount)
    const b = bigIntsOf(argument(input, 1), input.rowCount)
    const out = allocatePrimitive(type, input.rowCount)
    const unsigned = type.kind.startsWith('uint')
    for (let i = 0; i < input.rowCount; i++) {
      if (isRowValid(input.validity, i)) store(out, i, shiftedLeft(a[i]!, b[i]!, bits, unsigned))
    }
    return primitiveVector(type, out, { validity: input.validity })
  }

function shiftedLeft(value: bigint, distance: bigint, bits: number, unsigned: boolean): bigint {
  if (value < 0n) throw outOfRange(`cannot shift the negative number ${value} to the left`)
  if (distance < 0n) throw outOfRange(`cannot shift to the left by the negative number ${distance}`)
  if (value === 0n) return 0n
  if (distance >= BigInt(bits)) throw outOfRange(`cannot shift ${value} to the left by ${distance}: the type has ${bits} bits`)
  const result = value << distance
  if (result >= 1n << BigInt(unsigned ? bits : bits - 1)) throw outOfRange(`overflow in left shift: ${value} << ${distance}`)
  return result
}

const rightShiftKernel =
  (type: DataType, bits: number): Kernel =>
  (input) => {
    const a = bigIntsOf(argument(input, 0), input.rowCount)
    const b = bigIntsOf(argument(input, 1), input.rowCount)
    const out = allocatePrimitive(type, input.rowCount)
    for (let i = 0; i < input.rowCount; i++) {
      const distance = b[i]!
      store(out, i, distance < 0n || distance >= BigInt(bits) ? 0n : a[i]! >> distance)
    }
    return primitiveVector(type, out, { validity: input.validity })
  }

function store(out: ReturnType<typeof allocatePrimitive>, row: number, value: bigint): void {
  if (out instanceof BigInt64Array || out instanceof BigUint64Array) out[row] = value
  else out[row] = Number(value)
}

export const bitCount = resolvingFunction({
  name: 'bit_count',
  category: 'arithmetic',
  description: 'The number of bits that are set, in two’s complement.',
  example: 'bit_count(31)',
  result: '5',
  signatures: ['bit_count(x integer) -> TINYINT'],
  resolve(types) {
    const [type] = types
    if (type === undefined || types.length !== 1) return undefined
    const accepted = type.kind === 'null' ? int64 : type
    if (!isInteger(accepted)) return undefined
    return { argumentTypes: [accepted], returnType: int8, kernel: bitCountKernel(BITS[accepted.kind]!) }
  },
})

const bitCountKernel =
  (bits: number): Kernel =>
  (input) => {
    const values = bigIntsOf(argument(input, 0), input.rowCount)
    return numberResult(input, int8, (row) => {
      let rest = BigInt.asUintN(bits, values[row]!)
      let count = 0
      for (; rest !== 0n; rest &= rest - 1n) count++
      return count
    })
  }
