import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  // Or what `GET /schema.graphql` answers to your token.
  schema: '../../schema.graphql',
  documents: 'src/*.ts',
  generates: {
    'src/graphql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        // What the schema's own scalars are in JSON.
        scalars: { DateTime: 'string', Decimal: 'string', JSON: 'unknown', NaiveDate: 'string' },
        strictScalars: true,
        enumsAsTypes: true,
        useTypeImports: true,
      },
    },
  },
  emitLegacyCommonJSImports: false,
};

export default config;
