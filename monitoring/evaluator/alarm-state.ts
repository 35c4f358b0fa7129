/** What an alarm says, in CloudWatch's words. INSUFFICIENT_DATA is also how every metric alarm begins. */
export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
