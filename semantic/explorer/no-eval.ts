import { z } from 'zod';

// The page's Content-Security-Policy forbids eval, and zod would try it when the first schema is made: so this module
// is imported before any that makes one.
z.config({ jitless: true });
