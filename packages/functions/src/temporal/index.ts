import type { ScalarFunctionDefinition } from '@artemis/plan'
import { age } from './age.js'
import { date } from './conversions.js'
import { dateAdd } from './date-add.js'
import { dateDiff, dateSub } from './date-diff.js'
import { datePart, epoch, partFunctions } from './date-part.js'
import { dateTrunc } from './date-trunc.js'
import { epochFunctions } from './epochs.js'
import { intervalFunctions, toInterval } from './intervals.js'
import { makeDate, makeTime, makeTimestamp, makeTimestamptz } from './make.js'
import { dayName, lastDay, monthName } from './names.js'
import { clockFunctions } from './now.js'
import { strftime } from './strftime.js'
import { strptime, tryStrptime } from './strptime.js'
import { timeBucket } from './time-bucket.js'
import { timezone } from './zones.js'

export const temporalDefinitions: readonly ScalarFunctionDefinition[] = [
  ...clockFunctions,
  datePart,
  epoch,
  ...partFunctions,
  dateTrunc,
  dateAdd,
  dateDiff,
  dateSub,
  age,
  date,
  ...epochFunctions,
  ...intervalFunctions,
  toInterval,
  makeDate,
  makeTime,
  makeTimestamp,
  makeTimestamptz,
  dayName,
  monthName,
  lastDay,
  strftime,
  strptime,
  tryStrptime,
  timeBucket,
  timezone,
]
