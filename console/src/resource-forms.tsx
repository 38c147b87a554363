import type { ReactElement } from 'react';
import {
  AutocompleteInput,
  BooleanInput,
  Create,
  DateTimeInput,
  Edit,
  NumberInput,
  ReferenceInput,
  required,
  SaveButton,
  SelectInput,
  SimpleForm,
  TextInput,
  Toolbar,
} from 'react-admin';
import { parseDate, RecordTitle, useResource } from './resource-pages.js';
import type { Member } from './resources.js';

export function EditPage(): ReactElement {
  const { changed } = useResource();
  return (
    <Edit mutationMode="pessimistic" title={<RecordTitle />} redirect="show">
      <SimpleForm
        toolbar={
          <Toolbar>
            <SaveButton alwaysEnable />
          </Toolbar>
        }
      >
        {changed.map((member) => inputOf(member))}
      </SimpleForm>
    </Edit>
  );
}

export function CreatePage(): ReactElement {
  const { created } = useResource();
  return (
    <Create redirect="show">
      <SimpleForm>{created.map((member) => inputOf(member))}</SimpleForm>
    </Create>
  );
}

function inputOf(member: Member): ReactElement {
  const { name: source, label, isRequired, description, kind, longest } = member;
  const validate = isRequired ? required() : undefined;
  const common = { key: source, source, label, validate, helperText: description ?? false } as const;
  const choices = member.choices.map((name) => ({ id: name, name }));
  if (kind === 'reference' && member.target !== undefined)
    return (
      <ReferenceInput key={source} source={source} reference={member.target}>
        <AutocompleteInput {...common} filterToQuery={noFilter} />
      </ReferenceInput>
    );
  if (kind === 'date') return <DateTimeInput {...common} parse={parseDate} />;
  if (kind === 'flag') return <BooleanInput {...common} defaultValue={isRequired ? false : undefined} />;
  if (kind === 'whole') return <NumberInput {...common} />;
  if (kind === 'choice') return <SelectInput {...common} choices={choices} />;
  return <TextInput {...common} multiline={kind === 'long'} slotProps={{ htmlInput: { maxLength: longest } }} />;
}

/** The kit has no search over all members, so the newest records are offered. */
const noFilter = (): object => ({});
