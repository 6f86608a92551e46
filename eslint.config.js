import js from '@eslint/js';
import globals from 'globals';
import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/** What the compiler cannot hold. Formatting is Prettier's. */
export default ts.config(
  {
    ignores: [
      '.svelte-kit/',
      'build/',
      'node_modules/',
      '.cache/',
      'coverage/',
      'test-results/',
      'playwright-report/',
    ],
  },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      'no-undef': 'off',
      'no-console': 'error',
      eqeqeq: 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/unified-signatures': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
      'svelte/no-navigation-without-resolve': 'off',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
  },
  {
    // The engine has no clock, timer or random source of its own: it takes a Clock, a Scheduler, a seed.
    files: ['engine/**/*.ts', 'app/lib/view/**/*.ts'],
    ignores: ['engine/platform/**', 'engine/time/**'],
    rules: {
      'no-restricted-globals': ['error', 'setTimeout', 'setInterval', 'performance', 'document', 'window'],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Take a Clock.' },
        { object: 'Math', property: 'random', message: 'Take a seed.' },
      ],
    },
  },
  {
    // Programs and commands speak on the console: lessons are about it, scripts print their results.
    files: ['lessons/**/*.ts', 'scripts/**', 'test/**', 'app/lib/labs/crash/orders.ts'],
    rules: { 'no-console': 'off' },
  },
);
